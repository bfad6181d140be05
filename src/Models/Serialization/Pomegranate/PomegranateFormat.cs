using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>The JSON files of pomegranate 0.14.</summary>
internal sealed class PomegranateFormat : ForeignFormat
{
    public override string Name => "pomegranate";

    public override string Title => "a pomegranate model";

    public override string Description => "pomegranate (the JSON of version 0.14)";

    public override string Ending => ".json";

    [ModuleInitializer]
    internal static void Register() => Add(new PomegranateFormat());

    public override bool IsFile(string path) => PomegranateFile.IsModelFile(path);

    public override SavedModel? TryRead(ReadOnlyMemory<byte> bytes) => PomegranateFile.TryRead(bytes, out var saved) ? saved : null;

    public override byte[] Write(SavedModel saved, out IReadOnlyList<string> warnings) => PomegranateFile.Write(saved, out warnings);
}
