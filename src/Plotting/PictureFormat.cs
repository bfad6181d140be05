namespace Pipelines.Plotting;

/// <summary>File formats of pictures.</summary>
public enum PictureFormat
{
    /// <summary>A raster image.</summary>
    Png,

    /// <summary>A vector image, which a browser draws at any size.</summary>
    Svg,
}
