using System.Text.Json;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Settings;

/// <summary>A JSON file that an option names.</summary>
internal static class JsonSettingFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <param name="path">The file.</param>
    /// <param name="what">What it holds, for messages.</param>
    /// <exception cref="ModelException">It cannot be read, or is not JSON.</exception>
    public static JsonDocument Read(string place, string path, string what)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ErrorKind.Usage, place, File.Exists(path) ? $"a file that can't be read ({DiskError.Reason(e)})" : "no such file",
                $"a JSON file of {what}", "check the path", e);
        }
        var text = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
        return JsonHelpers.Reading(place, "file", () => JsonDocument.Parse(text, new() { AllowDuplicateProperties = false }));
    }
}
