using System.Globalization;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <content>Categorical features.</content>
public sealed partial class FeaturePass
{
    /// <summary>A run before the first pass, over the categorical columns only: its result does not depend on files, batches or threads.</summary>
    private async Task FindCategoriesAsync(CancellationToken cancellationToken)
    {
        int[] unknown = [.. extractor.Unknown.Order()];
        string[] names = [.. unknown.Select(i => decoded[i].Name)];
        var bound = await graph.BindAsync(names, cancellationToken).ConfigureAwait(false);
        if (bound.Schema is { } schema)
            extractor.Check(schema.Fields.Count == names.Length
                ? (await graph.BindAsync(Needed, cancellationToken).ConfigureAwait(false)).Schema ?? schema
                : schema, graph.Source.Name);
        await using var run = new RunSupervisor(options, cancellationToken);
        run.Accounts.Phase = "categories";
        var survey = new CategorySurveyBlock(names, run);
        Linking.Link(bound.Create(run), survey);
        await run.RunAsync().ConfigureAwait(false);
        if (run.Accounts.RowsIn == 0) throw NoRow();
        var found = decoded.ToArray();
        for (var i = 0; i < unknown.Length; i++) found[unknown[i]] = found[unknown[i]] with { Categories = survey.Categories(i) };
        decoded = found;
        extractor.Know([.. found.Select(f => f.ToMap())]);
    }

    /// <summary>A numeric label column contains state indices if no state's name is a number.</summary>
    private void TakeIndexesAsLabels(BatchSchema schema)
    {
        if (extractor.Label is not { } label || sequences!.States is not { } states
            || states.Any(s => double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out _))) return;
        if (!schema.Fields[schema.IndexOf(decoded[label].Name)].IsNumeric) return;
        decoded = [.. decoded.Take(label),
            decoded[label] with { Categories = [.. Enumerable.Range(0, states.Count).Select(k => k.ToString(CultureInfo.InvariantCulture))] }];
        extractor.Know([.. decoded.Select(f => f.ToMap())]);
    }
}
