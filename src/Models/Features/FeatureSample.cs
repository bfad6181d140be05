namespace Pipelines.Models.Fitting;

/// <summary>Some rows of a data set, in row order, with their weights: the sample from which a start is chosen.</summary>
/// <param name="Values">Shape [rows, columns]; NaN = missing.</param>
/// <param name="Weights">Shape [rows].</param>
/// <param name="TotalRows">Rows in the whole data set that the sample was drawn from.</param>
public sealed record FeatureSample(double[,] Values, double[] Weights, long TotalRows)
{
    /// <summary>Number of rows in the sample.</summary>
    public int Rows => Values.GetLength(0);

    /// <summary>Number of features.</summary>
    public int Columns => Values.GetLength(1);

    /// <summary>True if the sample is the whole data set.</summary>
    public bool IsComplete => Rows == TotalRows;

    /// <summary>True if there were rows of weight 0, which are no part of the data set here.</summary>
    internal bool OmitsRows { get; init; }

    /// <summary>True if any value is missing.</summary>
    internal bool HasMissing
    {
        get
        {
            foreach (var value in Values)
                if (double.IsNaN(value)) return true;
            return false;
        }
    }

    /// <summary>The sample as rows for a pass.</summary>
    public FeatureMatrix Matrix => FeatureMatrix.FromRows(Values, Weights);

    /// <summary>Some of the rows, evenly spaced; all if there are no more.</summary>
    /// <param name="most">Maximum number of rows, at least 1.</param>
    internal FeatureSample EvenlySpaced(int most)
    {
        if (Rows <= most) return this;
        var values = new double[most, Columns];
        var weights = new double[most];
        for (var i = 0; i < most; i++)
        {
            var row = (int)((long)i * Rows / most);
            weights[i] = Weights[row];
            for (var j = 0; j < Columns; j++) values[i, j] = Values[row, j];
        }
        return this with { Values = values, Weights = weights };
    }

    /// <summary>Number of distinct rows, counted up to <paramref name="limit"/>; rows of weight 0 are not counted.</summary>
    public int CountDistinct(int limit)
    {
        var seen = new HashSet<RowKey>();
        for (var i = 0; i < Rows && seen.Count < limit; i++)
        {
            Cancellation.Poll();
            if (Weights[i] > 0) seen.Add(new(Values, i));
        }
        return seen.Count;
    }

    private readonly struct RowKey(double[,] values, int row) : IEquatable<RowKey>
    {
        public bool Equals(RowKey other)
        {
            for (var j = 0; j < values.GetLength(1); j++)
                if (!At(j).Equals(other.At(j))) return false;
            return true;
        }

        public override bool Equals(object? obj) => obj is RowKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            for (var j = 0; j < values.GetLength(1); j++) hash.Add(At(j));
            return hash.ToHashCode();
        }

        private double At(int column) => values[row, column] + 0.0;
    }
}
