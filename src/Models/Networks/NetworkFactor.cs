using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;

namespace Pipelines;

/// <summary>A table of numbers of at least 0 over some variables of a network, also called a potential. They need not sum to 1.</summary>
/// <param name="variables">Indexes of the variables, each once.</param>
/// <param name="values">Shape [combinations of the variables' values]: the number of each, the last variable's values contiguous.</param>
public sealed class NetworkFactor(IReadOnlyList<int> variables, IReadOnlyList<double> values)
{
    private readonly int[] variables = [.. variables ?? throw new ArgumentNullException(nameof(variables))];
    private readonly double[] values = [.. values ?? throw new ArgumentNullException(nameof(values))];

    /// <summary>Indexes of the variables, in the order of the table.</summary>
    public IReadOnlyList<int> Variables => variables;

    /// <summary>Shape [combinations of the variables' values]: the number of each, the last variable's values contiguous.</summary>
    public ReadOnlySpan<double> Values => values;

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is NetworkFactor other && other.variables.AsSpan().SequenceEqual(variables) && other.values.AsSpan().SequenceEqual(values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(variables.Length, values.Length, values.Length > 0 ? values[0] : 0);

    /// <inheritdoc/>
    public override string ToString() => $"NetworkFactor({string.Join(", ", variables)})";

    /// <summary>A factor of equal numbers that sum to 1.</summary>
    /// <param name="scope">Indexes of the variables.</param>
    /// <param name="all">The network's variables.</param>
    /// <remarks>A wrong scope gives a wrong factor, which <see cref="Check"/> then names.</remarks>
    internal static NetworkFactor Uniform(IReadOnlyList<int> scope, IReadOnlyList<NetworkVariable> all)
    {
        double cells = 1;
        foreach (var v in scope) cells *= v >= 0 && v < all.Count ? all[v].Values.Count : 1;
        return new(scope, cells > TableDistribution.MostCells ? [] : [.. Enumerable.Repeat(1 / cells, (int)cells)]);
    }

    /// <summary>Throws if the factor is none over these variables.</summary>
    /// <param name="place">What it is, for messages.</param>
    /// <param name="all">The network's variables.</param>
    internal void Check(string place, IReadOnlyList<NetworkVariable> all)
    {
        if (variables.Length == 0) throw Bad("no variable", "at least one", "name its variables");
        foreach (var v in variables)
            if (v < 0 || v >= all.Count) throw Bad($"variable {v}", $"indexes of variables, 0 to {all.Count - 1}", "correct the index");
        if (variables.GroupBy(v => v).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Bad($"variable '{all[twice.Key].Name}' twice", "each variable once", "leave one out");
        double cells = 1;
        foreach (var v in variables) cells *= all[v].Values.Count;
        if (cells > TableDistribution.MostCells)
            throw Bad($"{cells:0.##e0} combinations of the values of {variables.Length} variables", $"at most {TableDistribution.MostCells}",
                "use fewer variables, or fewer values");
        if (values.Length != cells)
            throw Bad($"{values.Length} numbers", $"{cells}, one for each combination of values ({Shape(all)})", "give the whole table");
        var wrong = Array.FindIndex(values, x => !(x >= 0 && double.IsFinite(x)));
        if (wrong >= 0) throw Bad($"{values[wrong].Text()} at place {wrong}", "finite numbers of at least 0", "correct the table");
        if (Array.TrueForAll(values, x => x == 0)) throw Bad("only zeros", "a number above 0 for at least one combination of values", "correct the table");

        ModelException Bad(string found, string expected, string remedy) => new(ErrorKind.Usage, place, found, expected, remedy);
    }

    /// <summary>The numbers as shares that sum to 1.</summary>
    internal double[] Shares()
    {
        // Divided by the largest first: the sum of numbers near the largest double is infinite.
        var most = values.Max();
        double[] shares = [.. values.Select(x => x / most)];
        var sum = Models.Kernels.Sums.Of(shares);
        for (var i = 0; i < shares.Length; i++) shares[i] /= sum;
        return shares;
    }

    private string Shape(IReadOnlyList<NetworkVariable> all)
    {
        var text = string.Join(" x ", variables.Take(8).Select(v => all[v].Values.Count));
        return variables.Length > 8 ? $"{text} x …" : text;
    }
}
