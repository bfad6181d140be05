namespace Pipelines;

/// <summary>A model that assigns each row to the nearest of several centers, by squared distance over the row's observed entries.</summary>
public interface ICenterModel
{
    /// <summary>The centers, in the order of the labels that the model gives to rows (<see cref="ScoreKind.Label"/>).</summary>
    IReadOnlyList<ModelCenter> Centers { get; }
}

/// <summary>A center.</summary>
/// <param name="Name">Its name, such as <c>cluster 2</c>.</param>
/// <param name="Place">Its coordinates, shape [features].</param>
public sealed record ModelCenter(string Name, IReadOnlyList<double> Place)
{
    /// <summary>Standard deviations of its rows, shape [features]; null (default) = the model has none.</summary>
    public IReadOnlyList<double>? Deviations { get; init; }
}
