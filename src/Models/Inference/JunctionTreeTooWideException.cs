namespace Pipelines.Models.Inference;

/// <summary>Exact inference about a set of observed variables takes more memory than there is.</summary>
internal sealed class JunctionTreeTooWideException(InferencePlan plan, long mostBytes) : Exception
{
    /// <summary>The variables of the largest clique.</summary>
    public int[] Clique => plan.Widest.Variables;

    /// <summary>Number of entries of its table.</summary>
    public double Entries => plan.Widest.Entries;

    /// <summary>Bytes that inference takes.</summary>
    public double Bytes => plan.Bytes;

    /// <summary>Bytes that there are.</summary>
    public long MostBytes => mostBytes;
}
