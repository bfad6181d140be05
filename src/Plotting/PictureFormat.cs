namespace Pipelines.Plotting;

/// <summary>File formats of pictures.</summary>
public enum PictureFormat
{
    /// <summary>A raster image.</summary>
    Png,

    /// <summary>A vector image, which a browser draws at any size.</summary>
    Svg,

    /// <summary>A graph as text in the language of Graphviz.</summary>
    Dot,

    /// <summary>A graph as text in the language of Mermaid.</summary>
    Mermaid,
}
