namespace Pipelines;

/// <summary>A variable of a network: a feature and the values that it can have.</summary>
/// <param name="Name">Name of the feature's column.</param>
/// <param name="Values">The values as text, in the order of their codes 0, 1, 2 …, each once.</param>
public sealed record NetworkVariable(string Name, IReadOnlyList<string> Values)
{
    /// <summary>A variable whose values are called by their codes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Number of its values, at least 1.</param>
    public NetworkVariable(string name, int values)
        : this(name, [.. Enumerable.Range(0, values).Select(v => v.ToString(System.Globalization.CultureInfo.InvariantCulture))])
    {
    }

    /// <summary>Throws if names or values are missing or duplicate.</summary>
    internal static void Check(string model, IReadOnlyList<NetworkVariable> variables)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (variables.Count == 0) throw new ModelException(ErrorKind.Usage, model, "no variable", "at least one", "name the variables");
        foreach (var variable in variables)
        {
            if (!names.Add(variable.Name))
                throw new ModelException(ErrorKind.Usage, model, $"variable '{variable.Name}' twice", "each name once", "rename one");
            if (variable.Values.Count == 0)
                throw new ModelException(ErrorKind.Usage, $"{model}, variable '{variable.Name}'", "no value", "at least one", "list its values");
            if (variable.Values.Distinct(StringComparer.Ordinal).Count() < variable.Values.Count)
                throw new ModelException(ErrorKind.Usage, $"{model}, variable '{variable.Name}'",
                    $"value '{variable.Values.GroupBy(v => v, StringComparer.Ordinal).First(g => g.Count() > 1).Key}' twice", "each value once", "rename one");
        }
    }

    /// <inheritdoc/>
    public bool Equals(NetworkVariable? other) =>
        other is not null && Name == other.Name && Values.SequenceEqual(other.Values, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Values.Count);
}
