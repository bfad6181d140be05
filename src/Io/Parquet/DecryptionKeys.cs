using System.Text;
using System.Text.Json;

namespace Pipelines;

/// <summary>
/// Keys of encrypted Parquet files (AES, 16, 24 or 32 bytes). They never appear in messages. The key named <c>footer</c> decrypts the footer of every file;
/// omit it if files name the ids of their footer keys. A column's key is found by the id given in the file, or by the column's name.
/// </summary>
public sealed class DecryptionKeys
{
    /// <summary>Id of the footer key.</summary>
    public const string Footer = "footer";

    /// <summary>Largest key file, in bytes.</summary>
    private const int MaxFile = 1 << 20;

    private static readonly int[] Lengths = [16, 24, 32];
    private readonly Dictionary<string, byte[]> keys;

    /// <summary>Creates keys from a single key, for the footer and all columns that are encrypted with it.</summary>
    /// <param name="footer">16, 24 or 32 bytes.</param>
    public DecryptionKeys(ReadOnlySpan<byte> footer) => keys = new() { [Footer] = Checked("the key", footer.ToArray()) };

    /// <summary>Creates keys from a dictionary of ids and keys.</summary>
    /// <param name="keys">Ids and keys of 16, 24 or 32 bytes; <see cref="Footer"/> is the id of the key of all footers.</param>
    public DecryptionKeys(IReadOnlyDictionary<string, byte[]> keys) =>
        this.keys = keys.ToDictionary(k => k.Key, k => Checked($"the key '{k.Key}'", [.. k.Value]), StringComparer.Ordinal);

    /// <summary>A warning if the key file is not private enough; null if it is, or if the keys do not come from a file.</summary>
    public string? Warning { get; private init; }

    /// <summary>All ids.</summary>
    internal IEnumerable<string> Ids => keys.Keys;

    /// <summary>Reads a key file: one key as hexadecimal digits, base64 or raw bytes, or a JSON object of ids and hexadecimal or base64 keys.</summary>
    /// <exception cref="FlowException">The file cannot be read or contains no key.</exception>
    public static DecryptionKeys Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        byte[] bytes;
        string? warning = null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0)
                warning = $"{path}: users other than its owner can read this key file; restrict its permissions (chmod 600)";
            bytes = new byte[MaxFile + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxFile) throw new FlowException(ErrorKind.Usage, path, "a key file of more than 1 MiB", Expected, "name the right file");
            bytes = bytes[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowException(ErrorKind.Usage, path, $"a key file that cannot be read ({DiskError.Reason(e)})", Expected,
                "correct the path or the permissions", e);
        }
        return new DecryptionKeys(Parse(bytes, path)) { Warning = warning };
    }

    /// <summary>The number of keys, never the keys themselves.</summary>
    public override string ToString() => $"{keys.Count} decryption keys";

    /// <summary>The key with the given id, or null.</summary>
    internal byte[]? Find(string id) => keys.GetValueOrDefault(id);

    private const string Expected = "16, 24 or 32 bytes, as they are, in hexadecimal or base64; or a JSON object of ids and such keys, {\"footer\": \"…\"}";

    private static Dictionary<string, byte[]> Parse(byte[] bytes, string path)
    {
        var text = Encoding.Latin1.GetString(bytes).Trim();
        if (text.StartsWith('{')) return ParseJson(bytes, path);
        if (FromText(text) is { } key) return new() { [Footer] = key };
        // A raw key that happens to end with a line feed is kept whole.
        if (!Lengths.Contains(bytes.Length) && bytes.Length > 0 && bytes[^1] == '\n') bytes = bytes[..^(bytes.Length > 1 && bytes[^2] == '\r' ? 2 : 1)];
        if (Lengths.Contains(bytes.Length)) return new() { [Footer] = bytes };
        throw new FlowException(ErrorKind.Usage, path, $"{bytes.Length} bytes that are not a key", Expected, "correct the file");
    }

    private static Dictionary<string, byte[]> ParseJson(byte[] bytes, string path)
    {
        try
        {
            var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 2 });
            foreach (var entry in json.RootElement.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.String || FromText(entry.Value.GetString()!) is not { } key)
                    throw new FlowException(ErrorKind.Usage, $"{path}, key '{entry.Name}'", "no key", "16, 24 or 32 bytes in hexadecimal or base64",
                        "correct the file");
                if (!keys.TryAdd(entry.Name, key))
                    throw new FlowException(ErrorKind.Usage, $"{path}, key '{entry.Name}'", "a second key of that id", "one", "correct the file");
            }
            return keys.Count > 0 ? keys : throw new FlowException(ErrorKind.Usage, path, "no key", Expected, "correct the file");
        }
        catch (JsonException e)
        {
            // The parser's message could quote the content.
            throw new FlowException(ErrorKind.Usage, path, $"broken JSON in line {e.LineNumber + 1}", Expected, "correct the file");
        }
    }

    private static byte[]? FromText(string text)
    {
        if (Array.Exists(Lengths, l => text.Length == 2 * l) && text.All(char.IsAsciiHexDigit)) return Convert.FromHexString(text);
        var bytes = new byte[33];
        return Convert.TryFromBase64String(text, bytes, out var length) && Lengths.Contains(length) ? bytes[..length] : null;
    }

    private static byte[] Checked(string what, byte[] key) => Lengths.Contains(key.Length)
        ? key
        : throw new FlowException(ErrorKind.Usage, what, $"{key.Length} bytes", "16, 24 or 32 bytes", "correct the key");
}
