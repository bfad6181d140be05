namespace Pipelines.Kernels;

/// <summary>A mixture, data drawn near it, and the arithmetic cost of an EM iteration over them.</summary>
internal sealed class MixtureCase
{
    private MixtureCase(string name, int rows, int dimensions, GeneralMixtureModel start, double flopsPerRow)
    {
        (Name, Rows, Dimensions, Start, FlopsPerRow) = (name, rows, dimensions, start, flopsPerRow);
        Values = GC.AllocateUninitializedArray<double>(rows * dimensions, pinned: true);
        var random = new SeededRandom(7);
        Span<double> row = stackalloc double[dimensions];
        for (var r = 0; r < rows; r++)
        {
            start.Sample(random, row);

            // Slightly off the initial model, so that an iteration changes it.
            for (var j = 0; j < dimensions; j++) Values[(j * rows) + r] = (row[j] * 1.1) + 0.1;
        }
    }

    public string Name { get; }

    public int Rows { get; }

    public int Dimensions { get; }

    /// <summary>The initial parameters of each measured iteration.</summary>
    public GeneralMixtureModel Start { get; }

    /// <summary>Additions, subtractions and multiplications in the formulas of the E and M steps; 0 if exponentials dominate.</summary>
    public double FlopsPerRow { get; }

    /// <summary>Shape [dimensions, rows].</summary>
    public double[] Values { get; }

    /// <summary>Full covariances.</summary>
    public static MixtureCase Full(int rows, int dimensions, int components)
    {
        var random = new SeededRandom(dimensions + (100 * components));
        var parts = new Distribution[components];
        for (var k = 0; k < components; k++)
        {
            var mean = new double[dimensions];
            var root = new double[dimensions, dimensions];
            for (var i = 0; i < dimensions; i++)
            {
                mean[i] = 2 * random.NextNormal();
                for (var j = 0; j < dimensions; j++) root[i, j] = random.NextNormal() / Math.Sqrt(dimensions);
            }
            var covariance = new double[dimensions, dimensions];
            for (var i = 0; i < dimensions; i++)
            {
                for (var j = 0; j <= i; j++)
                {
                    var sum = i == j ? 0.5 : 0;
                    for (var m = 0; m < dimensions; m++) sum += root[i, m] * root[j, m];
                    covariance[i, j] = covariance[j, i] = sum;
                }
            }
            parts[k] = new MultivariateGaussianDistribution(mean, covariance);
        }

        // E: x - mean, the triangular product, the sum of squares. M: x - mean, times r, S, and the triangle of products.
        double triangle = dimensions * (dimensions + 1) / 2;
        var flops = components * ((dimensions + (2 * triangle) + (2 * dimensions)) + ((3 * dimensions) + (2 * triangle)));
        return new($"full covariance, D={dimensions}, K={components}", rows, dimensions, new(parts), flops);
    }

    /// <summary>Diagonal covariances; one feature gives plain normals.</summary>
    public static MixtureCase Diagonal(int rows, int dimensions, int components)
    {
        var random = new SeededRandom(dimensions + (100 * components));
        var parts = new Distribution[components];
        for (var k = 0; k < components; k++)
        {
            var normals = new Distribution[dimensions];
            for (var j = 0; j < dimensions; j++)
                normals[j] = new NormalDistribution((dimensions == 1 ? 3 * k : 0) + (2 * random.NextNormal()), 0.5 + random.NextDouble());
            parts[k] = dimensions == 1 ? normals[0] : new IndependentComponentsDistribution(normals);
        }
        return new(dimensions == 1 ? $"one feature, K={components}" : $"diagonal covariance, D={dimensions}, K={components}", rows, dimensions, new(parts), 0);
    }
}
