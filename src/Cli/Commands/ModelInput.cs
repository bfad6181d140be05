using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Io;

namespace Pipelines.Cli.Commands;

/// <summary>Reads a model file in the Pipelines format or in a format of other programs that it takes.</summary>
internal static class ModelInput
{
    private const int MostShown = 3;

    /// <summary>Loads a model and prints the warnings about its file.</summary>
    /// <exception cref="ModelException">The model cannot be read.</exception>
    public static SavedModel Load(string path, ToolConsole console)
    {
        var saved = Read(path);
        console.Warn(saved.Warnings.Select(w => $"{path}, {w}"));
        return saved;
    }

    /// <summary>Reads a model.</summary>
    /// <exception cref="ModelException">The model cannot be read.</exception>
    public static SavedModel Read(string path)
    {
        try
        {
            return SavedModel.Load(path);
        }
        catch (ModelException e) when (e.Kind == ErrorKind.ModelFile && ParquetInspection.IsParquet(path))
        {
            throw new ModelException(ErrorKind.ModelFile, path, "a Parquet file", "a model file", "give a model here, and data as INPUT");
        }
    }

    /// <summary>
    /// Binds the model to columns of the data: those that the user names, or else those that the model names. A model without feature names takes the
    /// columns of the data by position.
    /// </summary>
    /// <param name="saved">The model.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="features">The names that the user gave; null = none.</param>
    /// <param name="source">The data.</param>
    /// <param name="taken">Columns that are not features, such as weights.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ModelException">The number of columns differs from the number of features.</exception>
    public static async ValueTask<SavedModel> BindAsync(SavedModel saved, string path, IReadOnlyList<string>? features, IBatchSource source,
        IReadOnlyList<string?> taken, CancellationToken cancellationToken)
    {
        if (features is not null)
        {
            return features.Count == saved.Model.Dimensions
                ? saved.WithFeatures(features)
                : throw new ModelException(ErrorKind.Usage, "--features", $"{features.Count} columns", $"{saved.Model.Dimensions}, one for each feature of "
                    + $"{path}",
                    "name the columns that hold them, in the model's order");
        }
        if (saved.Features is not null && !saved.FeaturesByPosition) return saved;
        var columns = (await source.OpenAsync(cancellationToken).ConfigureAwait(false)).Schema.Fields.Where(f => !taken.Contains(f.Name) && !f.IsNested)
            .ToArray();
        var isNumeric = saved.Features?.All(f => f.Categories is null) ?? true;
        var usable = isNumeric ? Array.FindAll(columns, c => c.IsNumeric) : columns;
        foreach (var candidates in new[] { columns, usable })
            if (candidates.Length == saved.Model.Dimensions) return saved.WithFeatures([.. candidates.Select(c => c.Name)]);
        var shown = NameList.Text(usable.Take(MostShown).Select(c => c.Name));
        throw new ModelException(ErrorKind.Usage, path,
            $"features without names, and {Figures.Number(usable.Length, isNumeric ? "numeric column" : "column")} in the data"
                + (usable.Length == 0 ? "" : $" ({shown}{(usable.Length > MostShown ? ", …" : "")})"),
            $"{saved.Model.Dimensions}, one for each feature in order", "name the columns with --features");
    }
}
