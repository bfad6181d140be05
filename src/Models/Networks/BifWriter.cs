using System.Globalization;
using System.Text;

namespace Pipelines;

/// <summary>Writes BIF, in the version that most programs read: names without quotes where that is possible, a row for each combination of values.</summary>
internal static class BifWriter
{
    /// <summary>The text of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="variables">Its variables, as they are to be called.</param>
    public static string Text(BayesianNetwork network, IReadOnlyList<NetworkVariable> variables)
    {
        var text = new StringBuilder("network unknown {\n}\n");
        foreach (var variable in variables)
            text.Append(CultureInfo.InvariantCulture,
                $"variable {Name(variable.Name)} {{\n  type discrete [ {variable.Values.Count} ] {{ {Names(variable.Values)} }};\n}}\n");
        for (var v = 0; v < variables.Count; v++) Append(text, network, variables, v);
        return text.ToString();
    }

    private static void Append(StringBuilder text, BayesianNetwork network, IReadOnlyList<NetworkVariable> variables, int variable)
    {
        NetworkVariable[] parents = [.. network.Parents[variable].Select(p => variables[p])];
        text.Append("probability ( ").Append(Name(variables[variable].Name));
        if (parents.Length > 0) text.Append(" | ").Append(Names(parents.Select(p => p.Name)));
        text.Append(" ) {\n");
        var all = network.Tables[variable].Probabilities;
        var size = variables[variable].Values.Count;
        var codes = new int[parents.Length];
        for (var first = 0; first < all.Length; first += size)
        {
            text.Append("  ").Append(parents.Length == 0 ? "table" : $"({Names(parents.Select((p, j) => p.Values[codes[j]]))})");
            for (var k = 0; k < size; k++) text.Append(k == 0 ? " " : ", ").Append(Number(all[first + k]));
            text.Append(";\n");
            for (var j = codes.Length - 1; j >= 0 && ++codes[j] == parents[j].Values.Count; j--) codes[j] = 0;
        }
        text.Append("}\n");
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Name));

    private static string Name(string name) => name.Length > 0 && name.All(IsPlain) && !name.Contains("//", StringComparison.Ordinal)
        && !name.Contains("/*", StringComparison.Ordinal)
        ? name
        : $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static bool IsPlain(char c) => char.IsLetterOrDigit(c) || "_-+.<>=/%:?!*&#@~^$'".Contains(c, StringComparison.Ordinal);

    // For two powers of two, 2^-25 and 2^-958, .NET's shortest text is that of the number below.
    private static string Number(double p) => p.ToString("R", CultureInfo.InvariantCulture) is var text
        && double.Parse(text, CultureInfo.InvariantCulture).Equals(p) ? text : p.ToString("G17", CultureInfo.InvariantCulture);
}
