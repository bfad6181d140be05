namespace Pipelines;

/// <content>The last table, with names.</content>
public sealed partial class MarkovChain : ITransitionModel
{
    /// <inheritdoc/>
    /// <remarks>A row for each combination of the preceding categories, the earliest first; a single row if the order is 0.</remarks>
    public TransitionTable TransitionTable(IReadOnlyList<Feature>? features = null)
    {
        var table = tables[^1];
        var name = features?[0].Name ?? "category";
        var children = table.Sizes[^1];
        var contexts = table.Probabilities.Length / children;
        var probabilities = new double[contexts, children];
        for (var i = 0; i < table.Probabilities.Length; i++) probabilities[i / children, i % children] = table.Probabilities[i];
        return new(Order switch { 0 => "any row", 1 => $"{name} before", _ => $"the {Order} before, the earliest first" }, name,
            [.. Enumerable.Range(0, contexts).Select(Context)], [.. Enumerable.Range(0, children).Select(NameOf)], probabilities);

        string NameOf(int code) => features?[0].Categories is { } names && code < names.Count ? names[code] : code.ToString(
            System.Globalization.CultureInfo.InvariantCulture);

        string Context(int at)
        {
            var codes = new string[Order];
            for (var j = Order - 1; j >= 0; j--) (codes[j], at) = (NameOf(at % table.Sizes[j]), at / table.Sizes[j]);
            return Order == 0 ? "any" : string.Join(", ", codes);
        }
    }
}
