using Pipelines.Io.Format;
using Pipelines.Io.Storage;

namespace Pipelines.Io.Writing;

/// <summary>The columns of an output, as manifests tell them.</summary>
internal static class OutputColumns
{
    /// <summary>Those that will be written.</summary>
    public static IReadOnlyList<OutputColumn> Of(BatchSchema schema) =>
        [.. schema.Fields.Select(f => new OutputColumn(f.Name, f.IsNested ? NestedSchema.Of(f).ToString() : ValueTypes.For(f).ToString(), f.IsNullable))];

    /// <summary>Those of a file.</summary>
    /// <exception cref="DataException">It is no Parquet file.</exception>
    public static IReadOnlyList<OutputColumn> OfFile(string path) => Of(FooterFile.Load(path, path));

    /// <summary>Those that a footer tells.</summary>
    public static IReadOnlyList<OutputColumn> Of(FileFooter footer) =>
        [.. footer.Columns.Select(c => new OutputColumn(c.Name, c.StoredAs, c.Repetition == Repetition.Optional))];
}
