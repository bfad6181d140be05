using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Sequences;

/// <summary>Statistics of a hidden Markov model: uses of each edge and emission statistics of each state.</summary>
/// <param name="edges">Number of edges.</param>
/// <param name="emissions">The emitting states' statistics, in order.</param>
internal sealed class HiddenMarkovStatistics(int edges, MixtureStatistics emissions) : Statistics
{
    private const int MostNamed = 5;

    public override string Kind => $"hidden-markov({Edges.Length} edges, {Emissions.Kind})";

    /// <summary>Weighted uses of each edge, expected or counted. Shape [edges].</summary>
    public double[] Edges { get; private set; } = new double[edges];

    /// <summary>The distribution statistics and total weight of each emitting state.</summary>
    public MixtureStatistics Emissions { get; private set; } = emissions;

    /// <summary>Number of sequences summarised.</summary>
    public long Sequences { get; set; }

    /// <summary>Number of sequences of probability 0; they were left out.</summary>
    public long Impossible { get; private set; }

    /// <summary>Number of rows in those sequences.</summary>
    public long ImpossibleRows { get; private set; }

    /// <summary>Global numbers of the first such sequences.</summary>
    public List<long> ImpossibleNumbers { get; private set; } = [];

    /// <summary>Counts a sequence of probability 0.</summary>
    /// <param name="number">Its global number.</param>
    /// <param name="rows">Its rows.</param>
    public void AddImpossible(long number, int rows)
    {
        Impossible++;
        ImpossibleRows += rows;
        if (ImpossibleNumbers.Count < MostNamed) ImpossibleNumbers.Add(number);
    }

    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) =>
        CommonBytes + (sizeof(double) * (long)Edges.Length) + ((3 + MostNamed) * sizeof(long)) + sizeof(int) + Emissions.MaxBytes(rows, codes);

    internal override bool Visit(SumsVisitor visit)
    {
        visit(Edges);
        return Emissions.Visit(visit);
    }

    protected override void MergeCore(Statistics other)
    {
        var from = (HiddenMarkovStatistics)other;
        if (from.Edges.Length != Edges.Length)
            throw new ArgumentException($"statistics of another shape: found {from.Edges.Length} edges, expected {Edges.Length}", nameof(other));
        for (var e = 0; e < Edges.Length; e++) Edges[e] += from.Edges[e];
        Emissions.Merge(from.Emissions);
        Sequences += from.Sequences;
        Impossible += from.Impossible;
        ImpossibleRows += from.ImpossibleRows;
        ImpossibleNumbers.AddRange(from.ImpossibleNumbers.Take(MostNamed - ImpossibleNumbers.Count));
    }

    protected override void ClearCore()
    {
        Array.Clear(Edges);
        Emissions.Clear();
        (Sequences, Impossible, ImpossibleRows) = (0, 0, 0);
        ImpossibleNumbers.Clear();
    }

    protected override void Unshare() =>
        (Edges, Emissions, ImpossibleNumbers) = ([.. Edges], (MixtureStatistics)Emissions.Clone(), [.. ImpossibleNumbers]);

    protected override void SaveCore(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        WriteDoubles(writer, Edges);
        Emissions.SaveBody(writer);
        writer.Write(Sequences);
        writer.Write(Impossible);
        writer.Write(ImpossibleRows);
        writer.Write(ImpossibleNumbers.Count);
        foreach (var number in ImpossibleNumbers) writer.Write(number);
    }

    protected override void LoadCore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ReadDoubles(reader, Edges);
        Emissions.LoadBody(reader);
        Sequences = reader.ReadInt64();
        Impossible = reader.ReadInt64();
        ImpossibleRows = reader.ReadInt64();
        ImpossibleNumbers.Clear();
        for (var left = ReadCount(reader, sizeof(long)); left > 0; left--) ImpossibleNumbers.Add(reader.ReadInt64());
    }
}
