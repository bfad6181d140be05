using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// The levels of a column of lists, an entry for each element and one for each list without any: where a row begins, and whether there is an element. They grow with
/// what a cursor reads until they are cleared.
/// </summary>
/// <param name="shape">What the definition levels mean.</param>
internal sealed class ListLevels(ListShape shape)
{
    private readonly int bits = 32 - BitOperations.LeadingZeroCount((uint)shape.Largest);
    private RleDecoder? repetitions, definitions;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Shape [entries or more]: true where a row begins.</summary>
    public bool[] Begins { get; private set; } = [];

    /// <summary>Shape [entries or more]: true where there is an element, if only a null.</summary>
    public bool[] Elements { get; private set; } = [];

    /// <summary>Forgets the entries.</summary>
    public void Clear() => Count = 0;

    /// <summary>Begins a page.</summary>
    /// <param name="pages">The open page.</param>
    public void Begin(ColumnPages pages)
    {
        var header = pages.Header;
        if (header.Kind == PageKind.DataV2)
        {
            repetitions = new RleDecoder(PageBytes.Of(pages.Repetitions.ToArray(), pages.Repetitions.Length), 1);
            definitions = new RleDecoder(PageBytes.Of(pages.Levels.ToArray(), pages.Levels.Length), bits);
            return;
        }
        if (header.LevelEncoding != PageEncoding.Rle) throw new BrokenFileException($"definition levels encoded as {header.LevelEncoding}", "RLE");
        repetitions = V1(pages.Body, header.Values, 1, "repetition");
        definitions = V1(pages.Body, header.Values, bits, "definition");
    }

    /// <summary>Reads the next entries.</summary>
    /// <param name="present">Shape [entries]; set to true where a value follows.</param>
    /// <returns>The number of values.</returns>
    public int Read(Span<bool> present)
    {
        var pool = ArrayPool<int>.Shared;
        var (repeated, defined) = (pool.Rent(present.Length), pool.Rent(present.Length));
        try
        {
            repetitions!.Decode(repeated.AsSpan(0, present.Length));
            definitions!.Decode(defined.AsSpan(0, present.Length));
            for (var i = 0; i < present.Length; i++) present[i] = defined[i] == shape.Largest;
            return Add<int>(repeated.AsSpan(0, present.Length), defined.AsSpan(0, present.Length));
        }
        finally
        {
            pool.Return(repeated);
            pool.Return(defined);
        }
    }

    /// <summary>Adds entries of which another decoder read the levels.</summary>
    /// <param name="repeated">Shape [entries], the repetition levels.</param>
    /// <param name="defined">Shape [entries], the definition levels.</param>
    /// <returns>The number of values.</returns>
    public int Add<T>(ReadOnlySpan<T> repeated, ReadOnlySpan<T> defined)
        where T : struct, IBinaryInteger<T>
    {
        Grow(repeated.Length);
        var values = 0;
        for (var i = 0; i < repeated.Length; i++)
        {
            var (repetition, definition) = (int.CreateTruncating(repeated[i]), int.CreateTruncating(defined[i]));
            if ((uint)repetition > 1) throw new BrokenFileException($"the repetition level {repetition}", "0 or 1");
            if ((uint)definition > shape.Largest) throw new BrokenFileException($"the definition level {definition}", $"0 to {shape.Largest}");
            // A list goes on with an element.
            if (repetition == 1 && definition < shape.Element) throw new BrokenFileException("a list that goes on without an element", "an element");
            Begins[Count + i] = repetition == 0;
            Elements[Count + i] = definition >= shape.Element;
            if (definition == shape.Largest) values++;
        }
        Count += repeated.Length;
        return values;
    }

    private void Grow(int entries)
    {
        if (Begins.Length >= Count + entries) return;
        var room = Math.Max(Count + entries, 2 * Count);
        var (begins, elements) = (Begins, Elements);
        Array.Resize(ref begins, room);
        Array.Resize(ref elements, room);
        (Begins, Elements) = (begins, elements);
    }

    private static RleDecoder V1(PageBytes body, int values, int bits, string what)
    {
        var bytes = body.Peek(4);
        var length = bytes.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
        // No encoding takes more than six bytes a level.
        if (length < 0 || length > body.Left - 4 || length > 64 + (6L * values)) throw new BrokenFileException($"{what} levels of {length} bytes", $"0 to {body.Left - 4} bytes");
        body.Advance(4);
        var decoder = new RleDecoder(PageBytes.Of(length == 0 ? [] : body.Peek(length)[..length].ToArray(), length), bits);
        body.Advance(length);
        return decoder;
    }
}
