using System.Globalization;

namespace Pipelines;

/// <summary>Reads what is in a probability block of BIF: rows, a default for the rows that are not listed, or one table of all rows.</summary>
internal sealed class BifTable
{
    // A row that is this near to a sum of 1 stands as it is: it was normalised before it was written.
    internal const double Exact = 1e-12;

    private const string PerValue = "one for each value";

    private readonly BifScanner scanner;
    private readonly NetworkVariable child;
    private readonly NetworkVariable[] parents;
    private readonly Dictionary<string, int>[] codes;
    private readonly int rows;
    // Shape [rows read, values of the child].
    private readonly List<double> read = [];
    private readonly Dictionary<int, int> places = [];
    private double[]? fallback;
    private double[]? table;

    private BifTable(BifScanner scanner, NetworkVariable child, NetworkVariable[] parents, int place)
    {
        (this.scanner, this.child, this.parents) = (scanner, child, parents);
        double cells = child.Values.Count;
        foreach (var parent in parents) cells *= parent.Values.Count;
        if (cells > TableDistribution.MostCells)
            throw scanner.Bad(place, $"a table of {cells.Text()} probabilities", $"at most {TableDistribution.MostCells}",
                "use fewer parents, or fewer values", $"variable {BifName.Short(child.Name)}");
        rows = (int)cells / child.Values.Count;
        codes = [.. parents.Select(p => p.Values.Select((value, code) => (value, code)).ToDictionary(v => v.value, v => v.code, StringComparer.Ordinal))];
    }

    /// <summary>Reads the probabilities of a variable.</summary>
    /// <param name="scanner">Behind the block's opening brace.</param>
    /// <param name="child">The variable.</param>
    /// <param name="parents">Its parents, in the order of the block.</param>
    /// <param name="place">The block's place.</param>
    /// <param name="filled">Number of probabilities of all blocks with a default, which are limited: a few letters could fill the memory.</param>
    /// <returns>Shape [combinations of the parents' values, of which the last parent's change fastest; values of the variable].</returns>
    public static double[] Read(BifScanner scanner, NetworkVariable child, NetworkVariable[] parents, int place, ref long filled)
    {
        var block = new BifTable(scanner, child, parents, place);
        while (!scanner.Is('}')) block.ReadEntry();
        return block.Whole(ref filled);
    }

    /// <summary>
    /// The sum of a row, compensated (Neumaier 1974), so that a row of any length, once it was divided by its sum, is as near to 1 as rounded numbers can be.
    /// </summary>
    public static double Sum(ReadOnlySpan<double> row)
    {
        double sum = 0, lost = 0;
        foreach (var p in row)
        {
            var next = sum + p;
            lost += sum >= p ? sum - next + p : p - next + sum;
            sum = next;
        }
        return sum + lost;
    }

    private void ReadEntry()
    {
        var place = scanner.Start;
        if (scanner.Is("table"))
        {
            if (places.Count > 0 || fallback is not null || table is not null) throw scanner.Bad("one table, or rows", "leave one of them out");
            scanner.Next();
            ReadTable(place);
        }
        else if (scanner.Is("default"))
        {
            if (table is not null || fallback is not null) throw scanner.Bad("one default or one table", "leave one of them out");
            scanner.Next();
            fallback = Normalised(Numbers(child.Values.Count, PerValue), place, "default row");
        }
        else if (scanner.Is('(') && parents.Length > 0)
        {
            if (table is not null) throw scanner.Bad("one table, or rows", "leave one of them out");
            scanner.Next();
            var row = Row(BifParser.Names(scanner, ')', "a value"), place);
            var text = RowText(row);
            if (!places.TryAdd(row, read.Count)) throw scanner.Bad(place, $"the {text} twice", "each row once", "leave one out", Owner);
            read.AddRange(Normalised(Numbers(child.Values.Count, PerValue), place, text));
        }
        else
        {
            scanner.SkipProperty(parents.Length > 0 ? "a row such as (a, b) 0.2, 0.8; or 'table', 'default', 'property' or '}'" : "'table', 'property' or '}'");
        }
    }

    private string Owner => $"variable {BifName.Short(child.Name)}";

    // The last variable's values change fastest, and the first variable is the child: Cozman, The Interchange Format for Bayesian Networks, version 0.15.
    private void ReadTable(int place)
    {
        var size = child.Values.Count;
        var numbers = Numbers(rows * size, parents.Length == 0 ? PerValue : "one for each combination of values");
        table = new double[numbers.Length];
        for (var row = 0; row < rows; row++)
        {
            var own = new double[size];
            for (var k = 0; k < size; k++) own[k] = numbers[(k * rows) + row];
            Normalised(own, place, parents.Length == 0 ? "table" : RowText(row),
                parents.Length == 0 ? "correct the row" : "correct the table: the variable's own values change slowest").CopyTo(table, row * size);
        }
    }

    private int Row(List<BifName> values, int place)
    {
        if (values.Count != parents.Length && values is [var only] && BifParser.Words(only).ToList() is var words && words.Count == parents.Length)
            values = words;
        if (values.Count != parents.Length)
            throw scanner.Bad(place, $"{values.Count} {(values.Count == 1 ? "value" : "values")}", $"{parents.Length}, one of each parent", "correct the row",
                Owner);
        var row = 0;
        for (var j = 0; j < parents.Length; j++)
        {
            if (!codes[j].TryGetValue(values[j].Text, out var code))
                throw scanner.Bad(values[j].Place, $"the value {values[j].Shown}", $"a value of {BifName.Short(parents[j].Name)}",
                    NearestName.Remedy(values[j].Text, parents[j].Values, "correct the value"), Owner);
            row = (row * parents[j].Values.Count) + code;
        }
        return row;
    }

    private string RowText(int row)
    {
        var values = new string[parents.Length];
        for (var j = parents.Length - 1; j >= 0; j--)
        {
            values[j] = parents[j].Values[row % parents[j].Values.Count];
            row /= parents[j].Values.Count;
        }
        return $"row ({ErrorText.Shortened(string.Join(", ", values), 48)})";
    }

    private double[] Numbers(int count, string each)
    {
        var numbers = new List<double>();
        while (!scanner.Is(';'))
        {
            if (numbers.Count == count) throw scanner.Bad($"';' after {count} {(count == 1 ? "probability" : "probabilities")}, {each}");
            if (numbers.Count > 0 && scanner.Is(',')) scanner.Next();
            if (scanner.Token != BifToken.Word
                || !(double.TryParse(scanner.Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                    CultureInfo.InvariantCulture, out var p) && p >= 0 && p <= 1 + TableDistribution.SumTolerance))
                throw scanner.Bad("a probability, a number from 0 to 1");
            numbers.Add(p);
            scanner.Next();
        }
        if (numbers.Count < count)
            throw scanner.Bad(scanner.Start, $"{numbers.Count} {(numbers.Count == 1 ? "probability" : "probabilities")}", $"{count}, {each}", "correct the row",
                Owner);
        scanner.Next();
        return [.. numbers];
    }

    private double[] Normalised(double[] row, int place, string what, string remedy = "correct the row")
    {
        var sum = Sum(row);
        if (Math.Abs(sum - 1) > TableDistribution.SumTolerance)
            throw scanner.Bad(place, $"probabilities that sum to {sum.ToString("G9", CultureInfo.InvariantCulture)}",
                "1 (to 1e-6, for rounded numbers)", remedy, $"{Owner}, {what}");
        if (Math.Abs(sum - 1) > Exact)
            for (var k = 0; k < row.Length; k++) row[k] /= sum;
        return row;
    }

    private double[] Whole(ref long filled)
    {
        if (table is not null) return table;
        var size = child.Values.Count;
        if (fallback is null && places.Count < rows)
        {
            var missing = 0;
            while (places.ContainsKey(missing)) missing++;
            throw scanner.Bad(scanner.Start, parents.Length == 0 ? "no table" : $"no {RowText(missing)}",
                parents.Length == 0 ? "the probabilities of the values" : "a row for each combination of the parents' values, or a default", "add it", Owner);
        }
        if (fallback is not null && (filled += (long)rows * size) > TableDistribution.MostCells)
            throw scanner.Bad(scanner.Start, $"default rows that make tables of {filled} probabilities", $"at most {TableDistribution.MostCells}",
                "use fewer parents, or list the rows", Owner);
        var whole = new double[rows * size];
        for (var row = 0; row < rows; row++)
        {
            if (places.TryGetValue(row, out var first)) read.CopyTo(first, whole, row * size, size);
            else fallback!.CopyTo(whole, row * size);
        }
        return whole;
    }
}
