using System.Globalization;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <content>Categorical features and labels.</content>
internal sealed partial class FeatureLoader
{
    /// <summary>A run before the first pass, over the categorical columns only: its result does not depend on files, batches or threads.</summary>
    public async Task FindCategoriesAsync(CancellationToken cancellationToken)
    {
        int[] unknown = [.. extractor.Unknown.Order()];
        string[] names = [.. unknown.Select(i => Features[i].Column)];
        if (extractor.HasUnknownLabels) names = [.. names, labels!.Name];
        var bound = await Graph.BindAsync(names, cancellationToken).ConfigureAwait(false);
        if ((await BindAsync(cancellationToken).ConfigureAwait(false)).Schema is { } schema) extractor.Check(schema, Graph.Source.Name);
        await using var run = new RunSupervisor(Options, cancellationToken);
        run.Accounts.Phase = "categories";
        var survey = new CategorySurveyBlock(names, run);
        Linking.Link(bound.Create(run), survey);
        await run.RunAsync().ConfigureAwait(false);
        if (run.Accounts.RowsIn == 0) throw NoRow();
        var found = Features.ToArray();
        for (var i = 0; i < unknown.Length; i++) found[unknown[i]] = found[unknown[i]] with { Categories = survey.Found.Categories(i) };
        Features = found;
        if (extractor.HasUnknownLabels)
        {
            labelType = TypeOf(survey.Fields[unknown.Length]);
            var values = survey.Found.Categories(unknown.Length);
            labels = labels! with { Names = LabelType == ClassLabels.Boolean ? [.. values.Select(v => v == "0" ? "false" : "true")] : values };
        }
        extractor.Know([.. found.Select(f => f.ToMap())], labels?.Map);
    }

    /// <summary>Finds out what the labels are, without reading features.</summary>
    public async Task FindLabelsAsync(CancellationToken cancellationToken)
    {
        if (extractor.HasUnknownLabels) await FindCategoriesAsync(cancellationToken).ConfigureAwait(false);
        else await BindAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A numeric label column contains the numbers of classes or states if none of their names is a number.</summary>
    private void TakeNumbersAsLabels(BatchSchema schema)
    {
        if (labels is not { Names: { } names } || names.Any(n => double.TryParse(n, NumberStyles.Float, CultureInfo.InvariantCulture, out _))) return;
        if (!schema.Fields[schema.IndexOf(labels.Name)].IsNumeric) return;
        var numbers = labels with { Names = [.. Enumerable.Range(0, names.Count).Select(k => k.ToString(CultureInfo.InvariantCulture))] };
        extractor.Know([.. Features.Select(f => f.ToMap())], numbers.Map);
    }
}
