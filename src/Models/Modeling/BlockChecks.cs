namespace Pipelines;

/// <summary>Checks that are made once per block.</summary>
internal static class BlockChecks
{
    /// <summary>Throws if the block's width differs from the model's.</summary>
    public static void CheckBlock(this Model model, in FeatureBlock block)
    {
        if (block.Columns != model.Dimensions)
            throw new ModelException(ErrorKind.Usage, $"{model.FormatName} model", $"rows of {block.Columns} features", $"{model.Dimensions}",
                "give it the features it was fitted on, in their order");
        if (!block.Priors.IsEmpty) model.CheckPriors(block.Priors.Components);
    }

    /// <summary>Throws if the block's width differs from the model's, or if its rows are not the items that the model is about.</summary>
    public static void CheckItems(this Model model, in FeatureBlock block)
    {
        model.CheckBlock(block);
        if (model.IsOfSequences && block.SequenceOffsets.IsEmpty && block.Rows > 0) throw RowsWithoutSequences(model);
    }

    /// <summary>Throws if rows have priors that are not those of the model's components, classes or states.</summary>
    /// <param name="model">The model.</param>
    /// <param name="components">Number of components that the rows have priors of; 0 = no row has any.</param>
    public static void CheckPriors(this Model model, int components) => CheckPriors(model.FormatName, model.PartsName, model.PriorComponents, components);

    /// <summary>The same for a model that is not made yet.</summary>
    /// <param name="model">Name of its kind.</param>
    /// <param name="parts">What its parts are called.</param>
    /// <param name="expected">Number of its parts that priors can be about; 0 = it has none.</param>
    /// <param name="components">Number of components that the rows have priors of; 0 = no row has any.</param>
    public static void CheckPriors(string model, string parts, int expected, int components)
    {
        if (components == 0 || components == expected) return;
        if (expected == 0)
            throw new ModelException(ErrorKind.Usage, $"{model} model", "rows with priors", "a model with components, classes or states",
                "leave the priors out (Pipeline.Priors)");
        throw new ModelException(ErrorKind.Usage, $"{model} model", $"priors of {components} {parts}", $"{expected}",
            "give one prior for each, in the model's order (Pipeline.Priors)");
    }

    /// <summary>Throws for the index of a part that a model does not have.</summary>
    /// <param name="indexes">Indexes of parts.</param>
    /// <param name="count">Number of parts that the model has.</param>
    /// <param name="model">Name of its kind.</param>
    /// <param name="part">What a part is called.</param>
    public static void CheckIndexes(ReadOnlySpan<int> indexes, int count, string model, string part)
    {
        foreach (var k in indexes)
            if (k < 0 || k >= count)
                throw new ModelException(ErrorKind.Usage, $"{model}, {part} {k}", $"{count} {part}{(count == 1 ? "" : "s")}",
                    $"an index from 0 to {count - 1}", "correct the index");
    }

    /// <summary>The error of rows where sequences are needed.</summary>
    public static ModelException RowsWithoutSequences(Model model) => new(ErrorKind.Usage, $"{model.FormatName} model", "rows without sequences",
        "rows with the starts of their sequences", "specify which rows form a sequence");
}
