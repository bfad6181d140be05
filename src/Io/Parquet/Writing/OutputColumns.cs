using Pipelines.Io.Format;
using Pipelines.Io.Storage;

namespace Pipelines.Io.Writing;

/// <summary>The columns of an output, as listed in manifests.</summary>
internal static class OutputColumns
{
    /// <summary>The columns that will be written.</summary>
    public static IReadOnlyList<OutputColumn> Of(BatchSchema schema) =>
        [.. schema.Fields.Select(f => new OutputColumn(f.Name, f.IsNested ? NestedSchema.Of(f).ToString() : ValueTypes.For(f).ToString(), f.IsNullable))];

    /// <summary>The columns of a file.</summary>
    /// <exception cref="FlowException">It is not a Parquet file.</exception>
    public static IReadOnlyList<OutputColumn> OfFile(string path) => Of(FooterFile.Load(path, path));

    /// <summary>The columns listed in a footer.</summary>
    public static IReadOnlyList<OutputColumn> Of(FileFooter footer) =>
        [.. footer.Columns.Select(c => new OutputColumn(c.Name, c.StoredAs, c.Repetition == Repetition.Optional))];
}
