using System.Globalization;
using Pipelines.Models.Clustering;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>Chooses the initial centroids from a sample of rows. A new method is one class, which adds itself.</summary>
public abstract class CentroidInitialization
{
    /// <summary>Rows between two checks of the cancellation token.</summary>
    private protected const int RowsPerPoll = 1024;

    private static readonly SortedDictionary<string, CentroidInitialization> all = new(StringComparer.Ordinal);

    /// <summary>All methods, by name.</summary>
    public static IReadOnlyList<CentroidInitialization> All => [.. all.Values];

    /// <summary>k-means++ (the default).</summary>
    public static CentroidInitialization Default => Named("kmeans++");

    /// <summary>The method's name, as <c>--init</c> spells it.</summary>
    public abstract string Name { get; }

    /// <summary>True: the method needs the first rows rather than an even sample.</summary>
    public virtual bool TakesFirstRows => false;

    /// <summary>True (default): another seed gives other centroids.</summary>
    public virtual bool IsRandom => true;

    /// <summary>Adds a method. Called by each when the library is loaded.</summary>
    private protected static void Add(CentroidInitialization method) => all.Add(method.Name, method);

    /// <summary>The method with the given name.</summary>
    /// <exception cref="ModelException">There is no such method.</exception>
    public static CentroidInitialization Named(string name) => All.FirstOrDefault(i => i.Name == name)
        ?? throw new ModelException(ErrorKind.Usage, "initialization", $"'{name}'", "a way to choose a start",
            NearestName.Remedy(name, All.Select(i => i.Name), "correct the name"));

    /// <summary>Centroids that are known already, such as the means of a start.</summary>
    /// <param name="centroids">Shape [clusters, columns], finite; copied.</param>
    public static CentroidInitialization At(double[,] centroids)
    {
        ArgumentNullException.ThrowIfNull(centroids);
        return new GivenCentroids(centroids);
    }

    /// <summary>Chooses centroids.</summary>
    /// <param name="sample">The rows to choose from, with at least <paramref name="clusters"/> distinct rows of positive weight.</param>
    /// <param name="clusters">Number of centroids, at least 1.</param>
    /// <param name="random">The seeded generator.</param>
    /// <returns>Row numbers in the sample, shape [clusters].</returns>
    protected abstract int[] Choose(FeatureSample sample, int clusters, SeededRandom random);

    /// <summary>Chooses centroids; a missing entry of a chosen row becomes the feature's mean over the sample.</summary>
    /// <param name="sample">The rows to choose from.</param>
    /// <param name="clusters">Number of centroids, at least 1.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <returns>Shape [clusters, columns].</returns>
    /// <exception cref="ModelException">There are fewer distinct rows than clusters.</exception>
    public virtual double[,] Centroids(FeatureSample sample, int clusters, long seed)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var distinct = sample.CountDistinct(clusters);
        if (distinct < clusters)
            throw new ModelException(ErrorKind.Data,
                sample.IsComplete ? "input" : string.Create(CultureInfo.InvariantCulture, $"in a sample of {sample.Rows:N0} of {sample.TotalRows:N0} rows"),
                $"{distinct} distinct {(distinct == 1 ? "row" : "rows")}{(sample.OmitsRows || sample.Weights.Contains(0) ? " of weight above 0" : "")}",
                $"at least {clusters}, one for each component",
                sample.IsComplete
                    ? $"use at most {distinct} {(distinct == 1 ? "component" : "components")}"
                    : "choose them from more rows (FitOptions.InitializationRows), or use fewer components");
        var rows = Choose(sample, clusters, new SeededRandom(seed, stream: 1));
        var centroids = new double[clusters, sample.Columns];
        for (var k = 0; k < clusters; k++)
            for (var j = 0; j < sample.Columns; j++) centroids[k, j] = double.IsNaN(sample.Values[rows[k], j]) ? Mean(sample, j) : sample.Values[rows[k], j];
        return centroids;
    }

    /// <summary>Surveys the rows, with a sample to choose the centroids from.</summary>
    internal ValueTask<SurveyStatistics> SurveyAsync(IDataPass pass, FitOptions options, int clusters, CancellationToken cancellationToken) =>
        DataSurvey.RunAsync(pass, Math.Max(options.InitializationRows, clusters), TakesFirstRows ? null : options.Seed, cancellationToken);

    /// <summary>Makes the model that a fit starts from, given a sample of the rows.</summary>
    /// <returns>The model, and the options with what the fit learned from the sample.</returns>
    internal async ValueTask<(TModel Start, FitOptions Options)> StartAsync<TModel>(IDataPass pass, FitOptions options, int clusters,
        Func<FeatureSample, FitOptions, TModel> start, CancellationToken cancellationToken)
    {
        options = options.Started();
        var survey = await SurveyAsync(pass, options, clusters, cancellationToken).ConfigureAwait(false);
        using (Cancellation.Enter(cancellationToken))
        {
            if (clusters > 1) options = options with { Sample = FitSample.Of(survey, pass.Columns, options) };
            return (start(survey.Sample(), options), options);
        }
    }

    /// <summary>Squared Euclidean distance between two rows of the sample over the entries observed in both.</summary>
    protected static double Distance(FeatureSample sample, int a, int b)
    {
        ArgumentNullException.ThrowIfNull(sample);
        double sum = 0;
        for (var j = 0; j < sample.Columns; j++)
        {
            var d = sample.Values[a, j] - sample.Values[b, j];
            if (!double.IsNaN(d)) sum += d * d;
        }
        return sum;
    }

    private static double Mean(FeatureSample sample, int column)
    {
        double sum = 0, weight = 0;
        for (var i = 0; i < sample.Rows; i++)
        {
            if (double.IsNaN(sample.Values[i, column])) continue;
            sum += sample.Weights[i] * sample.Values[i, column];
            weight += sample.Weights[i];
        }
        return weight > 0 ? sum / weight : 0;
    }
}
