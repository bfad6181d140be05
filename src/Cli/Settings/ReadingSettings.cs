using System.CommandLine;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The Parquet options of all verbs that read rows.</summary>
internal sealed class ReadingSettings
{
    private const string Automatic = "auto";

    private readonly Setting<string?> engine = Setting.Choice(
        "--parquet-engine", $"Parquet decoder: {Names}. 'auto' takes, for each row group, the first decoder that can read it within the memory budget. Does "
            + "not change the result. [default: auto]", "NAME", ParquetSourceOptions.Engines.Prepend(Automatic), "parquetsharp");

    private readonly Setting<string?> keys = Setting.Text(
        "--decryption-key-file", "File with the key of encrypted Parquet files: 16, 24 or 32 bytes, raw, hexadecimal or base64; or a JSON object with "
            + "several keys, {\"footer\": \"…\", \"id or column\": \"…\"}.", "FILE",
        "a file with a key, or with a JSON object of keys", "key.hex");

    private static string Names => string.Join(", ", ParquetSourceOptions.Engines.Prepend(Automatic));

    /// <summary>The options, whose effect depends on Parquet files.</summary>
    public IReadOnlyList<Option> All => [engine, keys];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(engine);
        command.Add(keys);
    }

    /// <summary>The reading options. Warns if other users can read the key file.</summary>
    /// <exception cref="FlowException">The engine cannot run here, or the file contains no key.</exception>
    public ParquetSourceOptions Options(ParseResult parsed, ToolConsole console)
    {
        var options = new ParquetSourceOptions
        {
            Engine = parsed.GetValue(engine) is { } name && name != Automatic ? name : null,
            DecryptionKeys = parsed.GetValue(keys) is { } path ? DecryptionKeys.Load(path) : null,
        };
        options.Validate();
        if (options.DecryptionKeys?.Warning is { } warning) console.Warn(warning);
        return options;
    }
}
