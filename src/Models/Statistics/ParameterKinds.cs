namespace Pipelines;

/// <summary>
/// Kinds of a model's parameters. A fit may update some of them only (<see cref="FitOptions.Update"/>); in a model of models, a kind means that of every part.
/// </summary>
[Flags]
public enum ParameterKinds
{
    /// <summary>No parameters.</summary>
    None = 0,

    /// <summary>Mixing weights of a mixture, priors of a classifier.</summary>
    Weights = 1,

    /// <summary>Probabilities of the transitions out of a hidden Markov model's start.</summary>
    Starts = 2,

    /// <summary>Probabilities of all other transitions of a hidden Markov model, those into its end among them.</summary>
    Transitions = 4,

    /// <summary>Means of Gaussian distributions of any family.</summary>
    Means = 8,

    /// <summary>Covariances, variances and standard deviations of Gaussian distributions of any family.</summary>
    Covariances = 16,

    /// <summary>All parameters of other distributions and models.</summary>
    Others = 32,

    /// <summary>All parameters of distributions.</summary>
    Distributions = Means | Covariances | Others,

    /// <summary>All parameters.</summary>
    All = Weights | Starts | Transitions | Distributions,
}

/// <summary>Names of kinds of parameters in messages.</summary>
internal static class ParameterKindNames
{
    private static readonly ParameterKinds[] single =
    [
        ParameterKinds.Weights, ParameterKinds.Starts, ParameterKinds.Transitions, ParameterKinds.Means, ParameterKinds.Covariances, ParameterKinds.Others,
    ];

    /// <summary>The kinds as someone asks for them: <see cref="ParameterKinds.Distributions"/> is one of them, if it is there as a whole.</summary>
    public static IEnumerable<ParameterKinds> Asked(this ParameterKinds kinds)
    {
        var isWhole = kinds.HasFlag(ParameterKinds.Distributions);
        IEnumerable<ParameterKinds> own = single.Where(kind => kinds.HasFlag(kind) && !(isWhole && ParameterKinds.Distributions.HasFlag(kind)));
        return isWhole ? own.Append(ParameterKinds.Distributions) : own;
    }

    /// <summary>The kinds that a model with these kinds can be asked for, as text such as <c>weights, means or covariances</c>.</summary>
    public static string Choices(this ParameterKinds kinds)
    {
        var own = single.Where(kind => kind != ParameterKinds.Others && kinds.HasFlag(kind)).ToList();
        if ((kinds & ParameterKinds.Distributions) != 0) own.Add(ParameterKinds.Distributions);
        return own.Count == 0 ? "none" : Text(own, "or");
    }

    /// <summary>Kinds as text.</summary>
    /// <param name="kinds">At least one.</param>
    /// <param name="last">The word before the last one.</param>
    public static string Text(IEnumerable<ParameterKinds> kinds, string last)
    {
        string[] names = [.. kinds.Select(kind => kind == ParameterKinds.Others ? "other parameters" : kind.ToString().ToLowerInvariant())];
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} {last} {names[^1]}";
    }
}
