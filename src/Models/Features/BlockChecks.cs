namespace Pipelines.Models;

/// <summary>Checks that are made once per block.</summary>
internal static class BlockChecks
{
    /// <summary>Throws if the block's width differs from the model's.</summary>
    public static void CheckBlock(this Model model, in FeatureBlock block)
    {
        if (block.Columns != model.Dimensions)
            throw new ModelException(ErrorKind.Usage, $"{model.FormatName} model", $"rows of {block.Columns} features", $"{model.Dimensions}",
                "give it the features it was fitted on, in their order");
    }
}
