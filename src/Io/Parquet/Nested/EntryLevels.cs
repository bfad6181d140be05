using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// The levels of a leaf of a nested column: one entry per value, and one for each list or other enclosing group that is empty or null. They accumulate
/// while a cursor reads, until they are cleared.
/// </summary>
/// <param name="shape">The meaning of the levels.</param>
internal sealed class EntryLevels(LevelShape shape)
{
    private readonly int repetitionBits = Bits(shape.Repetitions), definitionBits = Bits(shape.Largest);

    // Null if all levels are 0.
    private RleDecoder? repetitions, definitions;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Shape [entries or more]: the repetition levels; 0 at the start of a row.</summary>
    public byte[] Repetitions { get; private set; } = [];

    /// <summary>Shape [entries or more]: the definition levels.</summary>
    public byte[] Definitions { get; private set; } = [];

    /// <summary>The largest repetition level.</summary>
    public int MostRepetitions => shape.Repetitions;

    /// <summary>The definition level of a value.</summary>
    public int MostDefinitions => shape.Largest;

    /// <summary>True if the entry starts a row.</summary>
    public bool Begins(int entry) => Repetitions[entry] == 0;

    /// <summary>True if the entry is an element of the innermost list (possibly null).</summary>
    public bool HasElement(int entry) => Definitions[entry] >= shape.Element;

    /// <summary>Clears the entries.</summary>
    public void Clear() => Count = 0;

    /// <summary>Begins a page.</summary>
    /// <param name="pages">The open page.</param>
    public void Begin(ColumnPages pages)
    {
        var header = pages.Header;
        (repetitions, definitions) = (null, null);
        if (header.Kind == PageKind.DataV2)
        {
            if (repetitionBits > 0) repetitions = new RleDecoder(PageBytes.Of(pages.Repetitions.ToArray(), pages.Repetitions.Length), repetitionBits);
            if (definitionBits > 0) definitions = new RleDecoder(PageBytes.Of(pages.Levels.ToArray(), pages.Levels.Length), definitionBits);
            return;
        }
        if (definitionBits == 0) return;
        if (header.LevelEncoding != PageEncoding.Rle) throw new BrokenFileException($"definition levels encoded as {header.LevelEncoding}", "RLE");
        if (repetitionBits > 0) repetitions = V1(pages.Body, header.Values, repetitionBits, "repetition");
        definitions = V1(pages.Body, header.Values, definitionBits, "definition");
    }

    /// <summary>Reads the next entries.</summary>
    /// <param name="present">Shape [entries]; set to true if a value follows.</param>
    /// <returns>The number of values.</returns>
    public int Read(Span<bool> present)
    {
        var pool = ArrayPool<int>.Shared;
        var (repeated, defined) = (pool.Rent(present.Length), pool.Rent(present.Length));
        try
        {
            var r = repeated.AsSpan(0, present.Length);
            var d = defined.AsSpan(0, present.Length);
            if (repetitions is null) r.Clear();
            else repetitions.Decode(r);
            if (definitions is null) d.Clear();
            else definitions.Decode(d);
            for (var i = 0; i < present.Length; i++) present[i] = d[i] == shape.Largest;
            return Add<int>(r, d);
        }
        finally
        {
            pool.Return(repeated);
            pool.Return(defined);
        }
    }

    /// <summary>Adds entries whose levels were read by another decoder.</summary>
    /// <param name="repeated">Shape [entries], the repetition levels.</param>
    /// <param name="defined">Shape [entries], the definition levels.</param>
    /// <returns>The number of values.</returns>
    public int Add<T>(ReadOnlySpan<T> repeated, ReadOnlySpan<T> defined)
        where T : struct, IBinaryInteger<T>
    {
        Grow(repeated.Length);
        var r = Repetitions.AsSpan(Count, repeated.Length);
        var d = Definitions.AsSpan(Count, repeated.Length);
        var values = 0;
        for (var i = 0; i < repeated.Length; i++)
        {
            var (repetition, definition) = (int.CreateTruncating(repeated[i]), int.CreateTruncating(defined[i]));
            if ((uint)repetition > shape.Repetitions) throw new BrokenFileException($"the repetition level {repetition}", $"0 to {shape.Repetitions}");
            if ((uint)definition > shape.Largest) throw new BrokenFileException($"the definition level {definition}", $"0 to {shape.Largest}");
            // A continued list has an element.
            if (repetition > 0 && definition < shape.Repeated[repetition - 1]) throw new BrokenFileException("a list that continues without an element",
                "an element");
            (r[i], d[i]) = ((byte)repetition, (byte)definition);
            if (definition == shape.Largest) values++;
        }
        Count += repeated.Length;
        return values;
    }

    private static int Bits(int largest) => 32 - BitOperations.LeadingZeroCount((uint)largest);

    private void Grow(int entries)
    {
        if (Repetitions.Length >= Count + entries) return;
        var capacity = Math.Max(Count + entries, 2 * Count);
        var (r, d) = (Repetitions, Definitions);
        Array.Resize(ref r, capacity);
        Array.Resize(ref d, capacity);
        (Repetitions, Definitions) = (r, d);
    }

    private static RleDecoder V1(PageBytes body, int values, int bits, string what)
    {
        var bytes = body.Peek(4);
        var length = bytes.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
        // No encoding takes more than six bytes per level.
        if (length < 0 || length > body.Left - 4 || length > 64 + (6L * values)) throw new BrokenFileException($"{what} levels of {length} bytes",
            $"0 to {body.Left - 4} bytes");
        body.Advance(4);
        var decoder = new RleDecoder(PageBytes.Of(length == 0 ? [] : body.Peek(length)[..length].ToArray(), length), bits);
        body.Advance(length);
        return decoder;
    }
}
