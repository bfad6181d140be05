using System.Globalization;
using Pipelines.Models.Serialization;
using Pipelines.Models.Structures;

namespace Pipelines;

/// <summary>A name in BIF.</summary>
/// <param name="Text">The name; words without quotes are separated by one blank.</param>
/// <param name="Place">Its place in the text.</param>
/// <param name="IsQuoted">True if it was in quotes.</param>
internal sealed record BifName(string Text, int Place, bool IsQuoted)
{
    /// <summary>The name in quotes, shortened so that line and column remain in a message.</summary>
    public string Shown => Short(Text);

    /// <summary>A text in quotes, shortened.</summary>
    public static string Short(string text) => $"'{ErrorText.Shortened(text, 32)}'";
}

/// <summary>
/// Reads BIF. The blocks may come in any order: what is in the probability blocks is read when all variables are known.
/// </summary>
internal sealed class BifParser
{
    /// <summary>The words that blocks begin with.</summary>
    public const string Network = "network", Variable = "variable", Probability = "probability";

    private readonly BifScanner scanner;
    private readonly List<BifName> names = [];
    private readonly List<NetworkVariable> variables = [];
    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);
    private readonly List<Header> headers = [];

    private BifParser(string text) => scanner = new(text);

    /// <summary>Reads a network.</summary>
    /// <exception cref="ModelException">The text is not BIF; the error's place begins with line and column.</exception>
    public static BayesianNetwork Parse(string text)
    {
        var parser = new BifParser(text);
        parser.ReadBlocks();
        return parser.ReadTables();
    }

    /// <summary>Reads names up to a mark, and the mark. Commas separate them; between texts in quotes there need not be one.</summary>
    /// <param name="scanner">At the first name.</param>
    /// <param name="close">The mark.</param>
    /// <param name="what">What is expected.</param>
    /// <param name="hasBar">True: the first name may be followed by a vertical bar instead of a comma.</param>
    public static List<BifName> Names(BifScanner scanner, char close, string what, bool hasBar = false)
    {
        var read = new List<BifName>();
        while (true)
        {
            read.Add(Name(scanner, what));
            if (scanner.Is(close))
            {
                scanner.Next();
                return read;
            }
            if (scanner.Is(',') || (hasBar && read.Count == 1 && scanner.Is('|'))) scanner.Next();
            else if (scanner.Token is BifToken.End or BifToken.Mark) throw scanner.Bad($"',' or '{close}'");
        }
    }

    /// <summary>The words of a name as names of their own: the oldest files have blanks between names instead of commas.</summary>
    public static IEnumerable<BifName> Words(BifName name) =>
        name.IsQuoted ? [name] : name.Text.Split(' ').Select(word => name with { Text = word });

    private static BifName Name(BifScanner scanner, string what)
    {
        if (scanner.Token is BifToken.End or BifToken.Mark) throw scanner.Bad(what);
        var (place, isQuoted, words) = (scanner.Start, scanner.Token == BifToken.Quoted, new List<string> { scanner.Text });
        scanner.Next();
        while (!isQuoted && scanner.Token == BifToken.Word)
        {
            words.Add(scanner.Text);
            scanner.Next();
        }
        return new(string.Join(' ', words), place, isQuoted);
    }

    private void ReadBlocks()
    {
        var hasNetwork = false;
        while (scanner.Token != BifToken.End)
        {
            var place = scanner.Start;
            if (scanner.Is(Network))
            {
                if (hasNetwork) throw scanner.Bad(place, "a second network block", "one", "leave one out: a file holds one network");
                hasNetwork = true;
                scanner.Next();
                if (!scanner.Is('{')) Name(scanner, "the network's name or '{'");
                Expect('{');
                while (!scanner.Is('}')) scanner.SkipProperty("'property' or '}'");
                scanner.Next();
            }
            else if (scanner.Is(Variable))
            {
                scanner.Next();
                ReadVariable();
            }
            else if (scanner.Is(Probability))
            {
                scanner.Next();
                ReadHeader(place);
            }
            else
            {
                throw scanner.Bad("'network', 'variable' or 'probability'", "check that the file is BIF and that no '}' is missing or too many");
            }
        }
        if (variables.Count == 0) throw scanner.Bad("a variable block", "describe the variables");
    }

    private void ReadVariable()
    {
        var name = Name(scanner, "the name of the variable");
        if (indexes.TryGetValue(name.Text, out _)) throw scanner.Bad(name.Place, $"the variable {name.Shown} twice", "each variable once", "rename one");
        Expect('{');
        IReadOnlyList<string>? values = null;
        while (!scanner.Is('}'))
        {
            if (!scanner.Is("type"))
            {
                scanner.SkipProperty("'type', 'property' or '}'");
                continue;
            }
            if (values is not null) throw scanner.Bad("one type", $"leave one type of variable {name.Shown} out");
            scanner.Next();
            if (!scanner.Is("discrete")) throw scanner.Bad("'discrete'", "only variables with a list of values can be read");
            scanner.Next();
            Expect('[');
            var (size, count) = (scanner.Start, scanner.Text);
            if (scanner.Token != BifToken.Word || !count.All(char.IsAsciiDigit)) throw scanner.Bad("the number of values");
            scanner.Next();
            Expect(']');
            Expect('{');
            values = Values(name, Names(scanner, '}', "a value"), size, count.TrimStart('0'));
            Expect(';');
        }
        if (values is null) throw scanner.Bad($"the type of variable {name.Shown}", "add: type discrete [ 2 ] { a, b };");
        scanner.Next();
        indexes.Add(name.Text, variables.Count);
        names.Add(name);
        variables.Add(new(name.Text, values));
    }

    private string[] Values(BifName name, List<BifName> read, int size, string count)
    {
        if (read is [var only] && count != "1" && Words(only).ToList() is var words && IsCount(words)) read = words;
        if (!IsCount(read))
            throw scanner.Bad(size, $"the number {JsonHelpers.Quote(count.Length == 0 ? "0" : count)} of values", $"{read.Count}, as many as are listed",
                "correct the number or the list", $"variable {name.Shown}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (read.Find(value => !seen.Add(value.Text)) is { } twice)
            throw scanner.Bad(twice.Place, $"the value {twice.Shown} twice", "each value once", "rename one", $"variable {name.Shown}");
        return [.. read.Select(value => value.Text)];

        bool IsCount(List<BifName> found) => count == found.Count.ToString(CultureInfo.InvariantCulture);
    }

    private void ReadHeader(int place)
    {
        Expect('(');
        var members = Names(scanner, ')', "the name of a variable", hasBar: true);
        var body = scanner.End;
        Expect('{');
        while (!scanner.Is('}'))
        {
            if (scanner.Token == BifToken.End || scanner.Is('{')) throw scanner.Bad("a row of probabilities, or '}'");
            scanner.Next();
        }
        scanner.Next();
        headers.Add(new(place, members, body));
    }

    private BayesianNetwork ReadTables()
    {
        var (parents, tables, places) = (new int[variables.Count][], new double[variables.Count][], new int[variables.Count]);
        long filled = 0;
        foreach (var header in headers)
        {
            var (child, own) = Resolve(header);
            if (tables[child] is not null)
                throw scanner.Bad(header.Place, $"the probabilities of {names[child].Shown} twice", "one block for each variable", "leave one out");
            scanner.From(header.Body);
            (parents[child], places[child]) = (own, header.Place);
            tables[child] = BifTable.Read(scanner, variables[child], [.. own.Select(p => variables[p])], header.Place, ref filled);
        }
        for (var v = 0; v < tables.Length; v++)
            if (tables[v] is null)
                throw scanner.Bad(names[v].Place, $"no probabilities of variable {names[v].Shown}", "a probability block for each variable",
                    "add the block, or remove the variable");
        if (ArcOrder.Cycle(parents) is { } cycle)
            throw scanner.Bad(places[cycle[0]], $"the cycle {ArcOrder.Text(cycle, v => variables[v].Name)}", "arcs without a cycle",
                "remove or reverse one of them");
        return new(variables, parents, tables);
    }

    private (int Child, int[] Parents) Resolve(Header header)
    {
        var members = header.Members.SelectMany(m => indexes.ContainsKey(m.Text) ? [m] : Words(m).ToArray() is var words && words.All(IsKnown) ? words : [m]);
        var found = new List<int>();
        foreach (var member in members)
        {
            if (!indexes.TryGetValue(member.Text, out var index))
                throw scanner.Bad(member.Place, $"the variable {member.Shown}, which has no block", "a variable of the file",
                    NearestName.Remedy(member.Text, indexes.Keys, "correct the name, or add a variable block"));
            if (found.Contains(index))
                throw scanner.Bad(member.Place, found[0] == index ? $"{member.Shown} among its own parents" : $"the parent {member.Shown} twice",
                    "each variable once", "leave one out");
            found.Add(index);
        }
        return (found[0], [.. found.Skip(1)]);

        bool IsKnown(BifName name) => indexes.ContainsKey(name.Text);
    }

    private void Expect(char mark)
    {
        if (!scanner.Is(mark)) throw scanner.Bad($"'{mark}'");
        scanner.Next();
    }

    private sealed record Header(int Place, List<BifName> Members, int Body);
}
