namespace Pipelines.Blocks;

/// <summary>The features of all rows of a source.</summary>
internal interface IRowStore : IFeatureStore, IDisposable
{
    /// <summary>Number of rows.</summary>
    long Rows { get; }

    /// <summary>Bytes in the temporary file.</summary>
    long SpilledBytes { get; }
}
