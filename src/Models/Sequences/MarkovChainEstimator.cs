using System.Globalization;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>A Markov chain before its tables are known. After a survey of the data, the tables are counted in one pass.</summary>
/// <param name="order">Number of preceding rows that the next row depends on, 0 … 16.</param>
public sealed class MarkovChainEstimator(int order) : IEstimator<MarkovChain>
{
    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties => [new("Markov chain", $"order {order.ToString(CultureInfo.InvariantCulture)}")];

    /// <inheritdoc/>
    public bool IsCategorical(int feature) => true;

    /// <inheritdoc/>
    public bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public FitUses Uses => FitUses.Start | FitUses.Pseudocount;

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => ParameterKinds.Others;

    /// <inheritdoc/>
    public async ValueTask<FitResult<MarkovChain>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ModelException.CheckOptions("Markov chain", (order is >= 0 and <= 16, nameof(order), order, "0 to 16"));
        if (pass.Columns != 1)
            throw new ModelException(ErrorKind.Usage, "Markov chain",
                $"data of {pass.Columns} features{(pass.Features is { Count: > 1 } many
                    ? $" ({string.Join(", ", many.Take(5).Select(f => f.Name))}{(many.Count > 5 ? ", …" : "")})"
                    : "")}", "1", "name the one that holds the categories");
        var survey = await DataSurvey.RunAsync(pass, 1, null, cancellationToken).ConfigureAwait(false);
        var codes = survey.Maximum(0) + 1;
        var cells = Math.Pow(codes, order + 1);
        if (survey.Minimum(0) < 0 || codes != Math.Floor(codes) || cells > TableStatistics.MostCells)
        {
            if (pass.Features is [{ Categories: { } categories } feature])
                throw new ModelException(ErrorKind.Data, $"feature '{feature.Name}'", $"{categories.Count} categories, which have {cells.Text()} combinations "
                    + $"of {order + 1}", $"at most {TableStatistics.MostCells} combinations", "choose a lower order, or group categories")
                { FeatureIndex = 0 };
            throw new ModelException(ErrorKind.Data, "feature 0", $"values from {survey.Minimum(0).Text()} to {survey.Maximum(0).Text()}",
                $"categories coded 0, 1, 2 …, at most {TableStatistics.MostCells} combinations of {order + 1} of them",
                "give its categories smaller codes, or choose a lower order")
            { FeatureIndex = 0 };
        }
        var sizes = new List<int>();
        var tables = new List<TableDistribution>();
        for (var i = 0; i <= order; i++)
        {
            sizes.Add((int)codes);
            double[] equal = [.. Enumerable.Repeat(1 / codes, (int)Math.Pow(codes, i + 1))];
            tables.Add(i == 0 ? new DiscreteDistribution(equal) : new ConditionalProbabilityTable(sizes, equal));
        }
        return await ExpectationMaximization.FitAsync(new MarkovChain(tables), pass, options, cancellationToken).ConfigureAwait(false);
    }
}
