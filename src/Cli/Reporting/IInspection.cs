using System.Text.Json;

namespace Pipelines.Cli.Reporting;

/// <summary>The result of <c>inspect</c>.</summary>
internal interface IInspection
{
    /// <summary>For people.</summary>
    void WriteText(TextWriter target);

    /// <summary>For scripts: the properties of one object.</summary>
    void WriteJson(Utf8JsonWriter json);
}
