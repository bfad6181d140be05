namespace Pipelines.Blocks;

/// <summary>A feature's values in the rows that were read.</summary>
/// <param name="Name">The feature.</param>
/// <param name="Missing">Number of missing values.</param>
/// <param name="Minimum">Smallest value; null = there is none, or they are categories.</param>
/// <param name="Maximum">Largest value.</param>
/// <param name="Mean">Mean of the values that are not missing, whatever the rows' weights.</param>
/// <param name="Deviation">Standard deviation of the same values: the root of the mean squared distance from their mean.</param>
internal sealed record FeatureProfile(string Name, long Missing, double? Minimum, double? Maximum, double? Mean, double? Deviation);
