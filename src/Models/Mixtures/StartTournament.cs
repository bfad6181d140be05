using Pipelines.Models.Clustering;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// Chooses where EM starts: several runs of k-means to their end, in several geometries, with and without the rows that are far out, each followed by some EM
/// updates on a sample; those of low likelihood drop out early ("short runs of EM"; Biernacki, Celeux and Govaert 2003, Computational Statistics and Data
/// Analysis 41, 561-575). The best one is improved by <see cref="SplitMoves"/>, and good ones go on over the whole sample. Everything follows from the sample
/// and the seed.
/// </summary>
/// <param name="isCategorical">True for features of categories.</param>
/// <param name="components">Number of components, at least 2.</param>
/// <param name="initialization">How the centroids of a run of k-means are chosen.</param>
/// <param name="start">Makes components from clusters.</param>
internal sealed class StartTournament(Func<int, bool> isCategorical, int components, CentroidInitialization initialization, MixtureStart start)
{
    // Rows for the first rounds: at least, and for each component.
    private const int LeastRows = 2048;
    private const int RowsPerComponent = 100;
    private const int RowsPerParameter = 10;

    // Multiply-adds that the comparison may take, less than a second's.
    private const double Work = 4e9;

    // Updates before a round ends, and how many starts it leaves.
    private static readonly (int Updates, int Left)[] rounds = [(5, 8), (8, 4), (20, 4)];

    // Rows for moves, in those of the first rounds: a light component may have too few of those.
    private const int MoreRows = 4;
    private const int MovesPerComponent = 4;
    private const int UpdatesPerMove = 10;

    // Starts whose mean log-likelihoods are this close, in nats, are one.
    private const double Same = 1e-6;

    // The same over the whole sample, and the lead in nats a row that decides: EM may gain as much later.
    private static readonly (int Updates, double Lead)[] finals = [(15, 0.01), (40, 0.003)];

    // More components have more ways to be wrong; many take their time.
    private int Tries => components switch { 2 => 2, <= 20 => 4, <= 100 => 2, _ => 1 };

    /// <summary>Chooses the start.</summary>
    /// <param name="sample">The rows to choose it from.</param>
    /// <param name="options">Seed, minimum variance, pseudocount and threads are used.</param>
    /// <returns>The start; null if none of the comparison's rows gave one.</returns>
    public GeneralMixtureModel? Choose(FeatureSample sample, FitOptions options)
    {
        var few = sample.EvenlySpaced(Math.Max(LeastRows, components * (RowsPerComponent + (RowsPerParameter * sample.Columns))));
        if (few.CountDistinct(components) < components) few = sample;
        var em = new SampleEm(few, options);
        var affordable = Work / em.UpdateCost(components);
        var field = Candidates(few, options, isShort: false).Take(Math.Clamp((int)(affordable / 20), 1, 16))
            .Select(one => Run(em, one, 0)).OfType<Candidate>().ToList();
        field = Best(field, field.Count);
        foreach (var (updates, left) in rounds)
        {
            if (field.Count <= 1 || options.IsLate) break;
            field = Best(field.Select(one => Run(em, one, updates)).OfType<Candidate>(), left);
        }
        if (field.Count == 0) return null;
        if (affordable < 20 || options.IsLate) return start.Possible(field[0].Model, sample);
        // EM may see as many rows as the work allows for all moves; their choice needs fewer.
        var (least, allowed) = (MoreRows * few.Rows, few.Rows * affordable / (UpdatesPerMove * MovesPerComponent * components));
        var more = sample.EvenlySpaced((int)Math.Clamp(allowed, least, Math.Max(least, sample.Rows)));
        if (more.Rows > few.Rows) field = Final(field, more, options);
        field[0] = Moved(field[0], more.EvenlySpaced(least), new(more, options), options);
        if (more.Rows < sample.Rows) field = Final(field, sample, options);
        return start.Possible(field[0].Model, sample);
    }

    // EM on a few rows may have left the optimum that the clusters of more rows lead to.
    private List<Candidate> Final(List<Candidate> field, FeatureSample sample, FitOptions options)
    {
        var em = new SampleEm(sample, options);
        field = [.. field.Select(one => one with { Model = start.Possible(one.Model, sample) }), .. Candidates(sample, options, isShort: true)];
        foreach (var (updates, lead) in finals)
        {
            if (options.IsLate) break;
            var last = field.Select(one => Run(em, one, sample.IsComplete && field.Count == 1 ? 0 : updates)).OfType<Candidate>()
                .OrderByDescending(one => one.IsSound).ThenByDescending(one => one.Mean).ToList();
            if (last.Count > 0) field = [.. last.Where(one => one == last[0] || (one.IsSound == last[0].IsSound && one.Mean > last[0].Mean - lead))];
        }
        return field;
    }

    private Candidate Moved(Candidate one, FeatureSample sample, SampleEm em, FitOptions options)
    {
        var most = (int)Math.Min(MovesPerComponent * components, Work / em.UpdateCost(components) / UpdatesPerMove);
        var moved = new SplitMoves(sample, em, isCategorical, options).Improve(one.Model, one.Mean, most);
        return ReferenceEquals(moved, one.Model) ? one : Run(em, one with { Model = moved }, 0) ?? one;
    }

    // The likeliest sound starts, each once, those first that are the best of their kind: a few rows do not tell good optima apart, and kinds differ more than
    // tries.
    private static List<Candidate> Best(IEnumerable<Candidate> field, int most)
    {
        var order = new List<Candidate>();
        foreach (var one in field.OrderByDescending(one => one.IsSound).ThenByDescending(one => one.Mean))
            if (order.Count == 0 || one.IsSound != order[^1].IsSound || order[^1].Mean - one.Mean > Same) order.Add(one);
        var leaders = order.DistinctBy(one => one.Kind).ToList();
        return [.. leaders.Concat(order.Except(leaders)).Take(most)];
    }

    // The short list has one of a kind, and of the geometries only the first.
    private IEnumerable<Candidate> Candidates(FeatureSample sample, FitOptions options, bool isShort)
    {
        int[] numbers = [.. Enumerable.Range(0, sample.Columns).Where(j => !isCategorical(j))];
        var made = 0;
        if (numbers.Length > 0 && initialization.IsRandom)
        {
            FeatureSample[] geometries = [.. SampleGeometry.All(sample, numbers).Take(isShort ? 1 : int.MaxValue)];
            var core = SampleGeometry.WithoutFarOut(sample, numbers);
            for (var t = 0; t < (isShort ? 1 : Tries); t++)
            {
                foreach (var (kind, seen) in geometries.Index())
                {
                    if (made > 0 && options.IsLate) yield break;
                    if (Made(sample, Clusters(seen, components, options, t), kind, options) is not { } one) continue;
                    made++;
                    yield return one;
                }
                if (core is { } near && Clusters(near.Others, components - 1, options, t) is { } inner
                    && Made(sample, WithFarOut(inner, near.IsFarOut), geometries.Length, options) is { } withOutliers)
                    yield return withOutliers;
            }
        }
        if (numbers.Length == sample.Columns || (isShort && numbers.Length > 0)) yield break;
        for (var t = 0; t < (isShort ? 1 : numbers.Length == 0 ? 8 : 4); t++)
        {
            var seed = options.Seed + ((long)t << 40);
            if (Made(() => start.FromFactors(sample, seed, options)) is { } model) yield return new(model, -1);
        }
    }

    // The rows far out are the last cluster.
    private int[] WithFarOut(int[] clusters, bool[] isFarOut)
    {
        var all = new int[isFarOut.Length];
        for (int i = 0, near = 0; i < all.Length; i++) all[i] = isFarOut[i] ? components - 1 : clusters[near++];
        return all;
    }

    private int[]? Clusters(FeatureSample sample, int count, FitOptions options, int attempt)
    {
        if (attempt > 0 && sample.CountDistinct(count) < count) return null;
        try
        {
            var centroids = initialization.Centroids(sample, count, options.Seed + ((long)attempt << 40));
            return KMeansStart.ToEnd(new(centroids), sample, options).Model.Predict(sample.Matrix, options.Threads);
        }
        catch (ModelException)
        {
            // Too few distinct rows in this geometry.
            return null;
        }
    }

    private Candidate? Made(FeatureSample sample, int[]? clusters, int kind, FitOptions options) =>
        clusters is not null && Made(() => start.FromClusters(sample, clusters, options)) is { } model ? new(model, kind) : null;

    // A start that the rows give no valid parameters for drops out.
    private static GeneralMixtureModel? Made(Func<GeneralMixtureModel> make)
    {
        try
        {
            return make();
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private static Candidate? Run(SampleEm em, Candidate one, int updates, double gain = 1e-6)
    {
        try
        {
            var (updated, mean, isSound) = em.Run(one.Model, updates, gain);
            return double.IsFinite(mean) ? one with { Model = updated, Mean = mean, IsSound = isSound } : null;
        }
        catch (ModelException)
        {
            return null;
        }
    }

    // The kind is that of the geometry.
    private sealed record Candidate(GeneralMixtureModel Model, int Kind)
    {
        public double Mean { get; init; }

        public bool IsSound { get; init; }
    }
}
