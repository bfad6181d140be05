using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options that hold rows out of a fit, to evaluate models on rows that they have not seen.</summary>
/// <param name="hasClasses">True if the model is a classifier.</param>
internal sealed class HoldOutSettings(bool hasClasses)
{
    private readonly Setting<int?> folds = Setting.Whole("--folds", "Cross-validate with F folds, 2 to 1000: also fit a model without each fold and evaluate "
        + "it on that fold, over the same decoded data. The model that is written is not affected. [default: none]", "F",
        $"a whole number from 2 to {FoldOptions.MostFolds}", "10", n => n is >= 2 and <= FoldOptions.MostFolds);

    private readonly Setting<string?> key = Setting.Name("--fold-key",
        "With --folds or --test-share: column of texts or whole numbers; rows with the same key are held out together. [default: each "
            + "row, or sequence, by itself]", "the name of a column", "patient");

    private readonly Option<bool> stratify = Setting.Flag("--stratify", "With --folds: share out the rows of each class evenly among the folds.");

    private readonly Setting<double?> share = Setting.Real("--test-share", "Hold this share of the rows out of the fit, above 0 and below 1, and evaluate the "
        + "model on them. Folds divide all rows. [default: none]", "Q", "a number above 0 and below 1", "0.2", x => x is > 0 and < 1);

    /// <summary>The column of keys.</summary>
    public Setting<string?> Key => key;

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(CheckedCommand command)
    {
        Option[] all = [folds, key, .. hasClasses ? [stratify] : Array.Empty<Option>(), share];
        foreach (var option in all) command.Add(option);
        command.Rules.Add(Check);
    }

    /// <summary>True if rows are held out.</summary>
    public bool IsGiven(CommandResult result) => result.IsGiven(folds) || result.IsGiven(share);

    /// <summary>How to cross-validate; null = not at all.</summary>
    public FoldOptions? Folds(ParseResult parsed) => parsed.GetValue(folds) is { } number
        ? new FoldOptions { Folds = number, Key = parsed.GetValue(key), Stratify = hasClasses && parsed.GetValue(stratify) }
        : null;

    /// <summary>What to hold out of the fit; null = nothing.</summary>
    public TestOptions? Test(ParseResult parsed) => parsed.GetValue(share) is { } given ? new TestOptions { Share = given, Key = parsed.GetValue(key) } : null;

    /// <summary>What a fit does after the fit itself, one sentence each.</summary>
    public IEnumerable<string> Passes(ParseResult parsed)
    {
        if (Test(parsed) is not null) yield return "then the model is evaluated on the rows held out";
        if (Folds(parsed) is { Folds: var count })
            yield return string.Create(CultureInfo.InvariantCulture,
                $"then {count} models are fitted without one fold each, and evaluated on it, in shared passes");
    }

    /// <summary>Mistakes where rows are held out of a run that cannot do that.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="others">Options that exclude it, and why.</param>
    public IEnumerable<UsageError> CheckAgainst(CommandResult result, params IEnumerable<(Option Option, string Why)> others)
    {
        foreach (var own in new Option[] { folds, share }.Where(result.IsGiven))
            foreach (var (other, why) in others.Where(o => result.IsGiven(o.Option)))
                yield return UsageError.For($"{own.Name} and {other.Name}", "both", $"one of them, as {why}", $"{own.Name} {((ISetting)own).Example}");
    }

    private IEnumerable<UsageError> Check(CommandResult result)
    {
        if (hasClasses && result.IsGiven(stratify) && result.IsGiven(key))
            yield return UsageError.For($"{stratify.Name} and {key.Name}", "both", "one of them, as the rows of a key cannot be shared out",
                $"{folds.Name} {folds.Example} {stratify.Name}");
        if (hasClasses && result.IsGiven(stratify) && !result.IsGiven(folds))
            yield return UsageError.For(stratify.Name, $"no {folds.Name}", "the number of folds", $"{folds.Name} {folds.Example} {stratify.Name}");
        if (result.IsGiven(key) && !IsGiven(result))
            yield return UsageError.For(key.Name, $"neither {folds.Name} nor {share.Name}", "one of them",
                $"{folds.Name} {folds.Example} {key.Name} {key.Example}");
    }
}
