namespace Pipelines.Io;

/// <summary>
/// A source that can pass on the values of columns as they are stored, for sinks that write the same format: each value then stays as it is, even if no .NET
/// type holds it.
/// </summary>
public interface IStoredValueSource : IBatchSource
{
    /// <summary>Name of the stored format, such as <c>parquet</c>.</summary>
    string StoredFormat { get; }

    /// <summary>This source for one run that looks at the values of some columns only and passes on the others as they are stored.</summary>
    /// <param name="used">The columns whose values are used; null = all.</param>
    /// <param name="parts">Columns of dates and times of which only parts are used: they may come as numbers in the unit in which they are stored.</param>
    IBatchSource PassingOn(IReadOnlySet<string>? used, IReadOnlySet<string> parts);
}

/// <summary>A sink that writes values as a source stores them.</summary>
public interface IStoredValueSink : IBatchSink
{
    /// <summary>Name of the stored format that it takes, such as <c>parquet</c>.</summary>
    string StoredFormat { get; }
}
