using System.Globalization;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <content>Categorical features and labels.</content>
internal sealed partial class FeatureLoader
{
    /// <summary>
    /// A run before the first pass, over the categorical columns only: its result does not depend on files, batches or threads. If no other column is needed,
    /// it also keeps the codes of all rows, so that they need not be read again.
    /// </summary>
    /// <returns>The codes; null if they are not kept.</returns>
    public async Task<FeatureStore?> FindCategoriesAsync(CancellationToken cancellationToken)
    {
        int[] unknown = [.. extractor.Unknown.Order()];
        Feature[] surveyed = [.. unknown.Select(i => Features[i])];
        if (extractor.HasUnknownLabels) surveyed = [.. surveyed, new(labels!.Name)];
        var bound = await Graph.BindAsync([.. surveyed.Select(f => f.Column).Distinct(StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false);
        if ((await BindAsync(cancellationToken).ConfigureAwait(false)).Schema is { } schema) extractor.Check(schema, Graph.Source.Name);
        await using var run = new RunSupervisor(Options, cancellationToken);
        run.Accounts.Phase = "categories";
        using var keeping = new Keeping(MayKeepCodes(surveyed) ? new CodeCache(Layout, OpenSpill, MemoryBytes ?? Plan(bound).CacheBytes) : null);
        var survey = new CategorySurveyBlock(surveyed, run) { Keep = keeping.Codes is null ? null : keeping.Codes.Add };
        Linking.Link(bound.Create(run, 0, keeping.Codes is null ? 0 : sizeof(ushort) * surveyed.Length), survey);
        await run.RunAsync().ConfigureAwait(false);
        if (run.Accounts.RowsIn == 0) throw NoRow();
        var found = Features.ToArray();
        for (var i = 0; i < unknown.Length; i++)
        {
            found[unknown[i]] = found[unknown[i]] with
            {
                Categories = survey.Found.Categories(i),
                Type = TypeOf(survey.Fields[i]),
            };
        }
        Features = found;
        if (extractor.HasUnknownLabels)
        {
            labelType = TypeOf(survey.Fields[unknown.Length]);
            var values = survey.Found.Categories(unknown.Length);
            labels = labels! with { Names = LabelType == ClassLabels.Boolean ? [.. values.Select(v => v == "0" ? "false" : "true")] : values };
        }
        extractor.Know([.. found.Select(f => f.ToMap())], labels?.Map);
        if (survey.Keep is null || keeping.Codes is not { } codes) return null;
        codes.Seal(extractor.FeatureCodes);
        // Dictionaries contain values that no row has.
        extractor.ForgetUnknown();
        Seen = new SeenData(extractor.Columns) { IsWhole = true };
        for (var c = 0; c < found.Length; c++) Seen.Ranges[c] = found[c].Categories!.Count is > 0 and var count ? new(0, count - 1) : ValueRange.None;
        await DescribeAsync(cancellationToken).ConfigureAwait(false);
        return new FeatureStore(keeping.Take(), null);
    }

    /// <summary>Finds out what the labels are, without reading features.</summary>
    public async Task<FeatureStore?> FindLabelsAsync(CancellationToken cancellationToken)
    {
        if (extractor.HasUnknownLabels) return await FindCategoriesAsync(cancellationToken).ConfigureAwait(false);
        await BindAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    // Only rows of nothing but the surveyed features.
    private bool MayKeepCodes(Feature[] surveyed) =>
        !KeepsNothing && !Options.BadRows.Keeps && sequences is null && !extractor.IsLabeled && !extractor.IsWeighted && extractor.Priors == 0
        && extractor.FoldKeys is null && surveyed.SequenceEqual(Features);

    /// <summary>A numeric label column contains the numbers of classes or states if none of their names is a number.</summary>
    private void TakeNumbersAsLabels(BatchSchema schema)
    {
        if (labels is not { Names: { } names } || names.Any(n => double.TryParse(n, NumberStyles.Float, CultureInfo.InvariantCulture, out _))) return;
        if (!schema.Fields[schema.IndexOf(labels.Name)].IsNumeric) return;
        var numbers = labels with { Names = [.. Enumerable.Range(0, names.Count).Select(k => k.ToString(CultureInfo.InvariantCulture))] };
        extractor.Know([.. Features.Select(f => f.ToMap())], numbers.Map);
    }

    /// <summary>Releases codes that nobody took.</summary>
    private sealed class Keeping(CodeCache? codes) : IDisposable
    {
        public CodeCache? Codes { get; private set; } = codes;

        public CodeCache Take()
        {
            var taken = Codes!;
            Codes = null;
            return taken;
        }

        public void Dispose() => Codes?.Dispose();
    }
}
