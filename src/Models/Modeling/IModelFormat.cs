using System.Text.Json;

namespace Pipelines.Models.Serialization;

/// <summary>A model that is not a distribution family but can be read from files: it declares its name and reads its parameters.</summary>
/// <typeparam name="TSelf">The model.</typeparam>
public interface IModelFormat<TSelf>
    where TSelf : Model, IModelFormat<TSelf>
{
    /// <summary>The name in files, lower-case with hyphens.</summary>
    static abstract string Name { get; }

    /// <summary>Other names that files may use; none by default.</summary>
    static virtual IReadOnlyList<string> Aliases => [];

    /// <summary>Reads the parameters that <see cref="Model.WriteParameters"/> wrote.</summary>
    static abstract TSelf ReadParameters(JsonElement json);
}
