using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit hmm …</c></summary>
internal sealed class FitHiddenMarkov : FitKind<HiddenMarkovModel>
{
    private static readonly SortedList<string, HiddenTraining> trainings =
        new(StringComparer.Ordinal) { ["baum-welch"] = HiddenTraining.BaumWelch, ["labeled"] = HiddenTraining.Labeled, ["viterbi"] = HiddenTraining.Viterbi };

    private readonly DistributionSettings distribution = new("Distribution that the states emit");

    private readonly Option<bool> finite =
        Setting.Flag("--finite", "Give the model an end state, in which every sequence ends, and fit the transitions to it. [default: sequences may "
            + "stop in any state]");

    private readonly EstimateSettings estimates = new("each transition and to each category that a state emits", " of each state's emissions",
        "1e-8 of each feature's variance in a sample; none for a single state");

    private readonly UpdateSettings updates = new("starts (the transitions out of the start), transitions (all others), means, covariances, or "
        + "distributions (all parameters of what the states emit)", ParameterKinds.Starts | ParameterKinds.Transitions | ParameterKinds.Means
        | ParameterKinds.Covariances | ParameterKinds.Distributions, null);

    private readonly CovarianceSettings covariance;

    private readonly FreezeSettings frozen = new("states", "what they emit");

    private readonly Setting<string?> label = Setting.Name(
        "--label", "Column with the name of each row's state where it is known, and null elsewhere. Without --initial, the first states take their names "
            + "from the labels and start from the labeled rows. [default: no state is known]", "the name of a column", "state");

    private readonly Setting<string?> training = Setting.Choice(
        "--training", "What each update counts: 'baum-welch' counts all paths through a sequence, or only its labels if every row has one; 'viterbi' counts "
            + "the most probable path; 'labeled' counts the labels, and every row needs one. [default: baum-welch, or as in --initial]", "NAME", trainings.Keys,
            "baum-welch");

    private readonly Setting<string?> impossible = Setting.Choice(
        "--impossible", "What to do with sequences that have probability 0 under the model: 'skip' leaves them out and names them in a warning; 'fail' ends "
            + "the run. [default: skip, or as in --initial]", "NAME", ["skip", "fail"], "skip");

    private readonly PriorSettings priors = new("state", "the states: those of --initial, or the labels as they are sorted, then the others");

    public FitHiddenMarkov()
        : base("Fits a hidden Markov model to sequences by the Baum-Welch algorithm.",
            new(FitWords.LogLikelihood, FitWords.Families, "states")) =>
                covariance = new(distribution, "states", UpdateSettings.Tied("states"));

    public override string Name => "hmm";

    protected override SequenceSettings Sequences { get; } = new();

    protected override IReadOnlyList<Option> Own => [distribution.Option, .. covariance.All, Fit.Selection.Criterion, finite, label, priors.Option, training,
        impossible, .. estimates.All, .. updates.All, frozen.Option];

    protected override IEnumerable<UsageError> Check(CommandResult result) =>
        Fit.Check(result, [(distribution.Option, !result.IsGiven(covariance.Shape)), (Fit.Components, true), (Fit.Selection.Restarts, false),
            (Fit.Selection.Criterion, false), (Fit.Init, false), (finite, false), .. covariance.All.Select(o => (o, false))])
            .Concat(covariance.Check(result)).Concat(frozen.Check(result, Fit.Initial))
            .Concat(distribution.Check(result, Fit.Features, Sequences.Elements(result, [label, Fit.Weights], result.Given(priors.Option))))
            .Concat(distribution.CheckStart(result, Fit.Init)).Concat(CheckLabels(result))
            .Concat(priors.Check(result, Fit.Features, Fit.Weights, label, Sequences.Key, Sequences.Order));

    protected override IEstimator<HiddenMarkovModel> Estimator(ParseResult parsed)
    {
        var family = covariance.Family(parsed);
        return Fit.Selection.Select(parsed, k => new HiddenMarkovEstimator(family, k, Fit.Initialization(parsed), isFinite: parsed.GetValue(finite),
            fitting: Fitting(new() { TiedCovariances = covariance.IsTied(parsed) }, parsed)));
    }

    protected override HiddenMarkovModel Begin(HiddenMarkovModel initial, ParseResult parsed) =>
        frozen.Of(initial, parsed, states => initial.WithFrozen(states)).With(Fitting(initial.Fitting, parsed));

    protected override Pipeline Of(Pipeline pipeline, HiddenMarkovModel? initial, ParseResult parsed)
    {
        var made = priors.Of(base.Of(pipeline, initial, parsed), parsed);
        return parsed.GetValue(label) is { } column
            ? made.Labels(column, initial is null ? null : [.. initial.States.Take(initial.EmittingStates).Select(s => s.Name)])
            : made;
    }

    protected override IEnumerable<string?> Taken(ParseResult parsed) => [.. base.Taken(parsed), parsed.GetValue(label), .. priors.Taken(parsed)];

    protected override FitOptions With(FitOptions options, ParseResult parsed) => updates.With(estimates.With(options, parsed), parsed);

    // Options that are not given keep the defaults of a new model, or the values of the initial model.
    private HiddenFitting Fitting(HiddenFitting before, ParseResult parsed) => before with
    {
        Training = parsed.GetValue(training) is { } how ? trainings[how] : before.Training,
        Impossible = parsed.GetValue(impossible) switch { null => before.Impossible, "fail" => ImpossibleSequence.Fail, _ => ImpossibleSequence.Skip },
    };

    private IEnumerable<UsageError> CheckLabels(CommandResult result)
    {
        if (result.Given(training) == "labeled" && !result.IsGiven(label))
            yield return UsageError.For(training.Name, $"'labeled' without {label.Name}", "the column with the labels as well",
                $"{label.Name} {label.Example}");
        if (result.Given(training) == "labeled" && result.IsGiven(Fit.Init))
            yield return UsageError.For($"{training.Name} and {Fit.Init.Name}", "'labeled' and a way to choose a start",
                "one of them, as the labels determine the fit", $"{training.Name} labeled");
        if (result.Given(label) is not { } column) yield break;
        if (column == result.Given(Sequences.Key))
            yield return UsageError.For($"{label.Name} and {Sequences.Key.Name}", $"'{column}' in both", "two columns", $"{label.Name} {label.Example}");
        if (result.Given(Fit.Features)?.Contains(column) == true)
            yield return UsageError.For($"{label.Name} and {Fit.Features.Name}", $"'{column}' in both", "labels that are not a feature",
                $"{label.Name} {label.Example}");
    }
}
