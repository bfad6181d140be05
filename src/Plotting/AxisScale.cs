namespace Pipelines.Plotting;

/// <summary>The scale of an axis.</summary>
public enum AxisScale
{
    /// <summary>Logarithmic where a linear axis would hide most of the picture, otherwise linear.</summary>
    Auto,

    /// <summary>Linear.</summary>
    Linear,

    /// <summary>Logarithmic; values that are not positive have no place on it.</summary>
    Log,
}
