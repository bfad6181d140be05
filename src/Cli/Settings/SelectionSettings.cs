using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Settings;

/// <summary>The options for choosing among several fits: numbers of components, restarts and the criterion.</summary>
internal sealed class SelectionSettings
{
    // More fits than this are a typing error rather than an intention.
    private const int MostFits = ModelSelection<Model>.MostFits;

    private static readonly (string Name, SelectionCriterion Value)[] criteria =
        [("log-likelihood", SelectionCriterion.LogLikelihood), ("aic", SelectionCriterion.Aic), ("bic", SelectionCriterion.Bic)];

    /// <summary>Creates the options.</summary>
    /// <param name="parts">What is counted, for the help: components, states or clusters.</param>
    /// <param name="hasChoice">True if one of several numbers can be chosen.</param>
    public SelectionSettings(string parts, bool hasChoice)
    {
        Components = new(
            "--components", $"Number of {parts}, at least 1 (required without --initial)." + (hasChoice ? " Also a range (2..12) or a list (2,4,8): all are "
                + "fitted in the same passes over the data, and the best is kept." : ""), "K",
            $"a whole number of at least 1{(hasChoice ? ", or up to 1000 ascending ones to choose from (2..12 or 2,4,8)" : "")}", "3",
            static (string text, out IReadOnlyList<int>? value) =>
            {
                value = Read(text);
                return value is not null;
            },
            null);
        Restarts = Setting.Whole(
            "--restarts", $"Number of starts{(hasChoice ? $" for each number of {parts}" : "")}, 1 to 1000: all of them make {ModelSelection<Model>.ShortRun} "
                + "updates in the same passes over the data, and the best one goes on to its end. Start r, counted from 0, uses --seed + r. [default: 1]", "N",
            "a whole number from 1 to 1000", "5", n => n is >= 1 and <= MostFits);
    }

    /// <summary>The numbers of components or clusters.</summary>
    public Setting<IReadOnlyList<int>?> Components { get; }

    /// <summary>The number of starts for each number of components.</summary>
    public Setting<int?> Restarts { get; }

    /// <summary>The criterion that chooses the best fit.</summary>
    public Setting<string?> Criterion { get; } = Setting.Choice(
        "--criterion",
        "How to choose among several fits: log-likelihood, aic or bic. [default: bic for several values of --components, otherwise log-likelihood]", "NAME",
        criteria.Select(c => c.Name), "bic");

    /// <summary>The name of a criterion.</summary>
    public static string NameOf(SelectionCriterion criterion) => criteria.Single(c => c.Value == criterion).Name;

    /// <summary>The number of fits that the options ask for.</summary>
    public long Fits(CommandResult result) => (result.Given(Components)?.Count ?? 1) * (long)(IsRight(result, Restarts) ? result.GetValue(Restarts) ?? 1 : 1);

    /// <summary>The estimator, or a selection among several estimators.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="estimator">Creates the estimator for a number of components.</param>
    /// <param name="known">The number of components if other options determine it; null (default) = as --components says.</param>
    public IEstimator<TModel> Select<TModel>(ParseResult parsed, Func<int, IEstimator<TModel>> estimator, int? known = null)
        where TModel : Model
    {
        var components = known is { } one ? [one] : parsed.GetRequiredValue(Components)!;
        var restarts = parsed.GetValue(Restarts) ?? 1;
        if (components.Count * restarts == 1) return estimator(components[0]);
        if (restarts > 1 && !components.Any(k => estimator(k).Uses.HasFlag(FitUses.Seed)))
            throw new ModelException(ErrorKind.Usage, Restarts.Name, $"{restarts}", "1, as the start is the same with every seed", "leave it out");
        var criterion = parsed.CommandResult.Command.Options.Contains(Criterion) ? parsed.GetValue(Criterion) : null;
        return new ModelSelection<TModel>(estimator, components, restarts, criterion is null ? null : criteria.Single(c => c.Name == criterion).Value);
    }

    /// <summary>Errors that involve several options.</summary>
    public IEnumerable<UsageError> Check(CommandResult result, Option initial)
    {
        var fits = Fits(result);
        if (fits > MostFits)
            yield return UsageError.For($"{Components.Name} and {Restarts.Name}", string.Create(CultureInfo.InvariantCulture, $"{fits} fits"),
                $"at most {MostFits}", $"{Restarts.Name} {Restarts.Example}");
        var areRight = (!result.IsGiven(Components) || result.Given(Components) is not null) && (!result.IsGiven(Restarts) || IsRight(result, Restarts));
        if (result.IsGiven(Criterion) && !result.IsGiven(initial) && areRight && fits == 1)
            yield return UsageError.For(Criterion.Name, "one fit", "several to choose from", $"{Restarts.Name} {Restarts.Example}");
    }

    private static bool IsRight(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false } r && !r.Errors.Any();

    // Null if the text is invalid. The size of a range is checked before it is expanded.
    private static int[]? Read(string text)
    {
        var all = new List<int>();
        foreach (var part in text.Split(','))
        {
            var at = part.IndexOf("..", StringComparison.Ordinal);
            if (!Whole(at < 0 ? part : part[..at], out var from) || !Whole(at < 0 ? part : part[(at + 2)..], out var to) || from < 1 || to < from
                || (long)to - from >= MostFits) return null;
            for (var k = from; k <= to; k++) all.Add(k);
            if (all.Count > MostFits) return null;
        }
        for (var i = 1; i < all.Count; i++)
            if (all[i] <= all[i - 1]) return null;
        return [.. all];
    }

    private static bool Whole(string text, out int value) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value) && value < int.MaxValue;
}
