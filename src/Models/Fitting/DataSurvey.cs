using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>
/// A first pass over the data: range and missing values of each feature, and a sample of rows from which to choose a start. The sample
/// holds the rows with the lowest priority, a hash of seed and global row number (or the row number itself), so it depends on neither batches nor threads.
/// </summary>
/// <param name="columns">Number of features.</param>
/// <param name="sampleRows">Maximum number of rows in the sample, at least 1.</param>
/// <param name="seed">Seed of the hash; null = the first rows.</param>
internal sealed class DataSurvey(int columns, int sampleRows, long? seed) : ISummarizer
{
    private const string Kind = "survey";

    // Beyond this value squares are infinite, and with them all distances and variances.
    private const double LargestValue = 1e154;

    // No row above this priority can be in the final sample; the value only falls, so a stale read only costs time.
    private ulong ceiling = ulong.MaxValue;

    private readonly (int, int, long?) settings = (columns, sampleRows, seed);

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new DataSurvey(json.Count("columns"), json.Count("sampleRows"),
        json.TryGetProperty("seed", out var seed) ? seed.GetInt64() : null));

    /// <inheritdoc/>
    public string SummarizerKind => Kind;

    /// <inheritdoc/>
    public void WriteSettings(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumber("columns", columns);
        writer.WriteNumber("sampleRows", sampleRows);
        if (seed is { } s) writer.WriteNumber("seed", s);
    }

    /// <inheritdoc/>
    public bool IsSame(ISummarizer other) => other is DataSurvey survey && settings == survey.settings;

    /// <inheritdoc/>
    public Statistics CreateStatistics() => new SurveyStatistics(
        string.Create(CultureInfo.InvariantCulture, $"survey[{columns}, {sampleRows}, {(seed is { } s ? $"seed {s}" : "first rows")}]"),
        columns, sampleRows, c => ceiling = Math.Min(ceiling, c));

    /// <inheritdoc/>
    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        var survey = (SurveyStatistics)statistics;
        var scramble = SeededRandom.Mix((ulong)(seed ?? 0) + 0x9E3779B97F4A7C15UL);
        var limit = Volatile.Read(ref ceiling);
        Span<double> row = columns <= 256 ? stackalloc double[columns] : new double[columns];
        for (var i = 0; i < block.Rows; i++)
        {
            var number = block.FirstRow + i;
            var weight = block.Weights.IsEmpty ? 1 : block.Weights[i];
            survey.Weight += weight;
            // A row without weight says nothing about where to start; the first rows are taken regardless.
            if (weight == 0 && seed is not null) continue;
            survey.Eligible++;
            var priority = seed is null ? (ulong)number : SeededRandom.Mix((ulong)number ^ scramble);
            if (priority > limit) continue;
            for (var j = 0; j < columns; j++) row[j] = block[i, j];
            survey.AddRow(priority, number, row, weight);
        }
        for (var j = 0; j < columns; j++) survey.AddColumn(j, block);
        survey.Rows += block.Rows;
    }

    /// <summary>Surveys the data and rejects data that no model can be fitted to.</summary>
    /// <param name="pass">One pass over the data.</param>
    /// <param name="sampleRows">Maximum number of rows in the sample, at least 1.</param>
    /// <param name="seed">Seed of the sample; null = the first rows.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <exception cref="ModelException">There is no row, a feature has no value at all, or a value is infinite.</exception>
    public static async ValueTask<SurveyStatistics> RunAsync(IDataPass pass, int sampleRows, long? seed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pass);
        var survey = (SurveyStatistics)await pass.RunAsync(new DataSurvey(pass.Columns, sampleRows, seed), cancellationToken).ConfigureAwait(false);
        if (survey.Rows == 0) throw new ModelException(ErrorKind.Data, "input", "no row", "at least one", "check the paths and filters");
        if (!(survey.Weight > 0))
            throw new ModelException(ErrorKind.Data, "input", $"a total weight of {survey.Weight.Text()}", "more than 0", "check the weights");
        if (!double.IsFinite(survey.Weight)) throw TooHeavy(survey.Weight);
        for (var j = 0; j < pass.Columns; j++)
        {
            var name = Name(pass, j);
            if (survey.InfiniteRow(j) is { } row)
                throw new ModelException(ErrorKind.Data, $"{name}, row {row}", "an infinite value", "finite numbers (NaN or null for missing ones)",
                    "clean the column, or turn infinities into missing values")
                { FeatureIndex = j };
            if (survey.Observed(j) == 0)
                throw new ModelException(ErrorKind.Data, name, $"no value at all: all {survey.Rows} rows are missing", "at least one value",
                    "leave the feature out")
                { FeatureIndex = j };
            if (Largest(survey, j) > LargestValue) throw TooLarge(name, j, Largest(survey, j));
        }
        return survey;
    }

    /// <summary>Reads the data once more to name the feature that makes a log-likelihood infinite or NaN; null if no single feature is known to.</summary>
    internal static async ValueTask<ModelException?> BlameAsync(IDataPass pass, Model model, CancellationToken cancellationToken)
    {
        try
        {
            var survey = await RunAsync(pass, 1, null, cancellationToken).ConfigureAwait(false);
            if (Outside(pass, model, survey) is { } outside) return outside;
            var worst = Enumerable.Range(0, pass.Columns).MaxBy(j => Largest(survey, j));
            return Largest(survey, worst) > 1e100 ? TooLarge(Name(pass, worst), worst, Largest(survey, worst)) : null;
        }
        catch (ModelException e)
        {
            return e;
        }
    }

    // A feature whose smallest or largest value is impossible under every component.
    private static ModelException? Outside(IDataPass pass, Model model, SurveyStatistics survey)
    {
        var parts = model.WeightedParts();
        for (var j = 0; j < pass.Columns && parts.Count > 0; j++)
        {
            foreach (var value in (double[])[survey.Minimum(j), survey.Maximum(j)])
            {
                var found = parts.Select(p => p.Distribution.Outside(j, value)).ToArray();
                if (Array.TrueForAll(found, f => f is not null) && found[0] is var (family, support))
                    return new ModelException(ErrorKind.Data, Name(pass, j), $"the value {value.Text()}, outside the support of the {family} distribution",
                        support, "clean the column, mark such values as missing, or choose a distribution that covers them")
                    { FeatureIndex = j };
            }
        }
        return null;
    }

    internal static ModelException TooHeavy(double weight) =>
        new(ErrorKind.Data, "input", $"a total weight of {weight.Text()}", "a finite number", "divide the weights by a constant: the fit stays the same");

    private static double Largest(SurveyStatistics survey, int column) => Math.Max(Math.Abs(survey.Minimum(column)), Math.Abs(survey.Maximum(column)));

    private static string Name(IDataPass pass, int column) => pass.Features is { } features ? $"feature '{features[column].Name}'" : $"feature {column}";

    private static ModelException TooLarge(string name, int column, double value) =>
        new(ErrorKind.Data, name, $"values up to {value.Text()} in size", "values below 1e150, so that sums of squares are numbers",
            "rescale the feature, or turn outliers into missing values")
        { FeatureIndex = column };
}
