namespace Pipelines.Models.Fitting;

/// <summary>Weights of combinations of codes, one cell for each. A new code enlarges its feature and therefore the table.</summary>
internal sealed class TableStatistics : Statistics
{
    /// <summary>Maximum number of cells in a table.</summary>
    public const int MostCells = 1 << 22;

    private readonly int[] initial;
    private readonly string owner;

    /// <summary>Creates an empty table.</summary>
    /// <param name="owner">The owner's name, for messages.</param>
    /// <param name="sizes">Number of codes of each feature, at least 1 each.</param>
    public TableStatistics(string owner, ReadOnlySpan<int> sizes)
    {
        this.owner = owner;
        initial = sizes.ToArray();
        Sizes = sizes.ToArray();
        Cells = new double[Length(Sizes)];
    }

    public override string Kind => $"{owner}[{Sizes.Length}]";

    /// <summary>Number of codes of each feature.</summary>
    public int[] Sizes { get; private set; }

    /// <summary>Weights; the last feature's codes are contiguous.</summary>
    public double[] Cells { get; private set; }

    /// <summary>Weight of rows with a value that is not a code: negative or not an integer.</summary>
    public double Outside { get; set; }

    /// <remarks>A value that is not known to be a category can have any code: the bound cannot be stated then.</remarks>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes)
    {
        long cells = 1;
        for (var j = 0; j < Sizes.Length; j++)
        {
            // A table over consecutive rows of one feature has the same codes everywhere.
            var known = codes.Length == 1 ? codes[0] : codes.Length == Sizes.Length ? codes[j] : 0;
            if (known == 0) return null;
            cells = Math.Min(cells * Math.Max(Sizes[j], known), MostCells);
        }
        return CommonBytes + (sizeof(int) * Sizes.Length) + (sizeof(double) * (cells + 1));
    }

    /// <summary>Enlarges the table to hold codes below these sizes.</summary>
    public void Grow(ReadOnlySpan<int> sizes)
    {
        var larger = new int[Sizes.Length];
        var same = true;
        for (var j = 0; j < larger.Length; j++)
        {
            larger[j] = Math.Max(Sizes[j], sizes[j]);
            same &= larger[j] == Sizes[j];
        }
        if (same) return;
        Cells = Spread(Cells, Sizes, larger, Length(larger));
        Sizes = larger;
    }

    /// <summary>The cells of a table copied into a larger one, with new cells 0.</summary>
    public static double[] Spread(double[] cells, int[] sizes, int[] larger, int length)
    {
        var result = new double[length];
        for (var from = 0; from < cells.Length; from++)
        {
            int rest = from, to = 0, stride = 1;
            for (var j = sizes.Length - 1; j >= 0; j--)
            {
                to += rest % sizes[j] * stride;
                rest /= sizes[j];
                stride *= larger[j];
            }
            result[to] = cells[from];
        }
        return result;
    }

    internal override bool Visit(SumsVisitor visit)
    {
        visit(Cells);
        return true;
    }

    protected override void MergeCore(Statistics other)
    {
        var from = (TableStatistics)other;
        if (from.Sizes.Length != Sizes.Length)
            throw new ArgumentException($"statistics of another shape: found {from.Sizes.Length} features, expected {Sizes.Length}", nameof(other));
        Grow(from.Sizes);
        var cells = from.Sizes.AsSpan().SequenceEqual(Sizes) ? from.Cells : Spread(from.Cells, from.Sizes, Sizes, Cells.Length);
        for (var i = 0; i < cells.Length; i++) Cells[i] += cells[i];
        Outside += from.Outside;
    }

    protected override void ClearCore()
    {
        if (Sizes.AsSpan().SequenceEqual(initial))
        {
            Array.Clear(Cells);
        }
        else
        {
            Sizes = [.. initial];
            Cells = new double[Length(Sizes)];
        }
        Outside = 0;
    }

    protected override void Unshare() => (Sizes, Cells) = ([.. Sizes], [.. Cells]);

    protected override void SaveCore(BinaryWriter writer)
    {
        foreach (var size in Sizes) writer.Write(size);
        WriteDoubles(writer, Cells);
        writer.Write(Outside);
    }

    protected override void LoadCore(BinaryReader reader)
    {
        var most = (reader.BaseStream.Length - reader.BaseStream.Position) / sizeof(double);
        var sizes = new int[Sizes.Length];
        long length = 1;
        for (var j = 0; j < sizes.Length; j++)
        {
            sizes[j] = reader.ReadInt32();
            if (sizes[j] < 1 || (length *= sizes[j]) > Math.Min(most, MostCells)) throw new FormatException($"a table of {sizes[j]} codes");
        }
        (Sizes, Cells) = (sizes, new double[length]);
        ReadDoubles(reader, Cells);
        Outside = reader.ReadDouble();
    }

    private int Length(ReadOnlySpan<int> sizes)
    {
        long length = 1;
        foreach (var size in sizes)
        {
            length *= size;
            if (size < 1 || length > MostCells)
            {
                throw new ModelException(ErrorKind.Data, $"{owner} distribution", $"codes up to {string.Join(" x ", sizes.ToArray().Select(s => s - 1))}",
                    $"categories coded 0, 1, 2 …, at most {MostCells} combinations",
                    "if the feature is a number, choose a distribution of numbers; else give its categories smaller codes")
                { FeatureIndex = 0 };
            }
        }
        return (int)length;
    }
}
