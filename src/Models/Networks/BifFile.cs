using System.Text;

namespace Pipelines;

/// <summary>
/// Bayesian networks as text in the Bayesian Interchange Format (Cozman, The Interchange Format for Bayesian Networks, version 0.15), as the networks of the
/// Bayesian Network Repository are. Variables and values keep the file's order, and so do the parents of each table.
/// </summary>
/// <remarks>
/// A row of probabilities whose sum is within 1e-12 of 1 stands as it is; within 1e-6 it is divided by its sum; any other sum is an error. Names and values
/// without quotes may hold blanks, which count as one. In quotes, <c>\"</c> and <c>\\</c> stand for <c>"</c> and <c>\</c>. Names of networks, properties and
/// comments are skipped.
/// </remarks>
public static class BifFile
{
    private const int MostBytes = 256 << 20;

    /// <summary>Reads a network from text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">The source, for messages.</param>
    /// <exception cref="ModelException">The text is not BIF, or describes no network: unknown or duplicate names, missing rows, sums other than 1, cycles …;
    /// the place gives line and column.</exception>
    public static BayesianNetwork Parse(string text, string place = "BIF")
    {
        ArgumentNullException.ThrowIfNull(text);
        return Reading(place, () => BifParser.Parse(text));
    }

    /// <summary>Reads a network from UTF-8 text.</summary>
    /// <param name="stream">The text, from the stream's position to its end.</param>
    /// <param name="place">The source, for messages.</param>
    /// <exception cref="ModelException">As for <see cref="Parse"/>; or the text is longer than 256 MB or not UTF-8.</exception>
    public static BayesianNetwork Read(Stream stream, string place = "BIF")
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var whole = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            if (whole.Length + count > MostBytes)
                throw new ModelException(ErrorKind.ModelFile, place, $"more than {MostBytes >> 20} MB", $"at most {MostBytes >> 20}", "check that it is BIF");
            whole.Write(buffer, 0, count);
        }
        return Reading(place, () => Read(whole.GetBuffer().AsSpan(0, (int)whole.Length)));
    }

    /// <summary>A network as text. Probabilities have their shortest exact form, so the text is read back to the same bits.</summary>
    /// <param name="network">The network.</param>
    public static string Write(BayesianNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return BifWriter.Text(network, network.Variables);
    }

    /// <summary>Writes a network as UTF-8 text.</summary>
    /// <param name="network">The network.</param>
    /// <param name="stream">Receives the text; stays open.</param>
    public static void Write(BayesianNetwork network, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(Encoding.UTF8.GetBytes(Write(network)));
    }

    /// <summary>Reads a network from UTF-8 text; the error's place begins with line and column.</summary>
    internal static BayesianNetwork Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (System.Text.Unicode.Utf8.IsValid(bytes)) return BifParser.Parse(Encoding.UTF8.GetString(bytes));
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done) at += length;
        throw new ModelException(ErrorKind.ModelFile, BifScanner.PlaceAfter(Encoding.UTF8.GetString(bytes[..at])),
            $"the byte 0x{bytes[at]:X2}, which is not UTF-8", "text in UTF-8", "save the file as UTF-8");
    }

    /// <summary>True if a text begins as BIF does, whatever follows.</summary>
    /// <param name="bytes">The text or its beginning.</param>
    /// <param name="isWhole">True: its first block must have an opening brace; false: the first word decides.</param>
    internal static bool IsBif(ReadOnlySpan<byte> bytes, bool isWhole = true)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        try
        {
            var scanner = new BifScanner(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, MostHead)]));
            if (!scanner.Is(BifParser.Network) && !scanner.Is(BifParser.Variable) && !scanner.Is(BifParser.Probability)) return false;
            while (isWhole && !scanner.Is('{'))
            {
                scanner.Next();
                if (scanner.Token == BifToken.End || scanner.Is('}') || scanner.Is(',')) return false;
            }
            return true;
        }
        catch (ModelException)
        {
            // A name or comment without an end.
            return false;
        }
    }

    /// <summary>Bytes that tell whether a file is BIF.</summary>
    internal const int MostHead = 1 << 16;

    /// <summary>True if all rows of a table stand as they are when they are read.</summary>
    /// <param name="table">Shape [rows, values].</param>
    /// <param name="values">Number of values.</param>
    internal static bool IsExact(ReadOnlySpan<double> table, int values)
    {
        for (var first = 0; first < table.Length; first += values)
            if (Math.Abs(BifTable.Sum(table.Slice(first, values)) - 1) > BifTable.Exact) return false;
        return true;
    }

    private static BayesianNetwork Reading(string place, Func<BayesianNetwork> read)
    {
        try
        {
            return read();
        }
        catch (ModelException e)
        {
            throw e.Within(place);
        }
    }
}
