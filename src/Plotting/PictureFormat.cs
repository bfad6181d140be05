namespace Pipelines.Plotting;

/// <summary>File formats of pictures.</summary>
public enum PictureFormat
{
    /// <summary>Pixels.</summary>
    Png,

    /// <summary>Lines and texts, which a browser draws at any size.</summary>
    Svg,
}
