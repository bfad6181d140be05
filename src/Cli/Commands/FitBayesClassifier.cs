using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Blocks;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Sequences;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit bayes-classifier …</c></summary>
internal sealed class FitBayesClassifier : FitKind<BayesClassifier>
{
    private const string Mixture = "mixture";
    private const string Hidden = "hmm";
    private const string Chain = "markov-chain";
    private const string Network = "bayesian-network";

    private readonly DistributionSettings distribution = new("Distribution of each class; with --class-model, of its components or states");
    private readonly ClassSettings classes = new();
    private readonly CovarianceSettings covariance;

    private readonly Setting<string?> model = Setting.Choice(
        "--class-model", "What each class is: 'distribution'; 'mixture' of --components distributions; 'hmm', a hidden Markov model of --components states; "
            + "'markov-chain' of --markov-order; or 'bayesian-network', by default over all columns of text, integers or booleans. hmm and markov-chain need "
            + "--sequence. [default: distribution]", "KIND", ["distribution", Mixture, Hidden, Chain, Network], Mixture);

    private readonly StructureSettings structure = new(hasInitial: false);

    private readonly Setting<int?> components = Setting.From(1, "--components", "Number of components or states of each class, at least 1.", "K", "3");

    private readonly Setting<int?> markovOrder = Setting.Whole("--markov-order", "How many previous rows the next row of a Markov chain depends on, 0 to 16. "
        + "[default: 1]", "K", "a whole number from 0 to 16", "2", k => k is >= 0 and <= 16);

    public FitBayesClassifier()
        : base("Fits a Bayes classifier: a model of any kind for each class.",
            new("raises the log-likelihood of the unlabeled rows or sequences", FitWords.Families, null)) =>
                covariance = new(distribution, "classes", classes.Tied);

    public override string Name => "bayes-classifier";

    protected override SequenceSettings Sequences { get; } = new();

    protected override IReadOnlyList<Option> Own => [.. classes.All, model, distribution.Option, covariance.Shape, components, markovOrder, .. structure.All];

    protected override (string Found, string Expected)? NotIncremental => ClassSettings.NotIncremental;

    protected override bool NeedsSequences(CommandResult result) => result.Given(model) is Hidden or Chain;

    protected override IEnumerable<UsageError> Check(CommandResult result)
    {
        var kind = result.Given(model);
        var needsDistribution = kind is not (Chain or Network) && !result.IsGiven(covariance.Shape);
        (Option, bool)[] replaced = [(distribution.Option, needsDistribution), (model, false), (components, kind is Mixture or Hidden),
            (markovOrder, false), .. covariance.All.Select(o => (o, false)), .. structure.All.Select(o => (o, false))];
        foreach (var mistake in Fit.Check(result, replaced)) yield return mistake;
        var elements = Sequences.Elements(result, [classes.Label, Fit.Weights], result.Given(classes.Priors.Option));
        foreach (var mistake in distribution.Check(result, Fit.Features, elements)) yield return mistake;
        foreach (var mistake in covariance.Check(result)) yield return mistake;
        foreach (var mistake in classes.Check(result, Fit)) yield return mistake;
        if (result.IsGiven(Fit.Initial)) yield break;
        if (kind is not (Mixture or Hidden) && result.IsGiven(components)) yield return OnlyFor(components, $"{Mixture} or {Hidden}");
        if (kind != Chain && result.IsGiven(markovOrder)) yield return OnlyFor(markovOrder, Chain);
        if (kind == Network)
        {
            foreach (var mistake in structure.Check(result, null)) yield return mistake;
        }
        else if (structure.All.FirstOrDefault(result.IsGiven) is { } unused) yield return OnlyFor(unused, Network, "an option");
        if (kind is Chain or Network && covariance.All.FirstOrDefault(result.IsGiven) is { } shape)
            yield return UsageError.For($"{shape.Name} and {model.Name}", $"'{kind}', which has no covariance", "a model of Gaussian distributions",
                $"{model.Name} {Mixture}");
        if (kind is Chain or Network && result.IsGiven(distribution.Option))
            yield return UsageError.For($"{distribution.Option.Name} and {model.Name}", $"'{kind}' and a distribution",
                $"one of them, as a {(kind == Chain ? "Markov chain" : "network")} counts categories", $"{model.Name} {kind}");
        if (!NeedsSequences(result) && (result.IsGiven(Sequences.Key) || result.IsGiven(Sequences.Lists)))
            yield return UsageError.For(result.IsGiven(Sequences.Key) ? Sequences.Key.Name : Sequences.Lists.Name,
                $"{model.Name} {kind ?? "distribution"}, which is about single rows", $"{model.Name} {Hidden} or {Chain}", $"{model.Name} {Hidden}");
    }

    protected override IEstimator<BayesClassifier> Estimator(ParseResult parsed) => Estimator(parsed, null);

    protected override IEstimator<BayesClassifier> Estimator(ParseResult parsed, FitContext? run)
    {
        var kind = parsed.GetValue(model);
        if (kind == Network)
        {
            return BayesClassifierEstimator.Of(new BayesianNetworkEstimator(structure.Arcs(parsed, run, classes.With(new(), parsed).Pseudocount, null),
                structure.Missing(parsed) ?? MissingValues.Available, structure.Description(parsed))
            { MaxBytes = run?.Budget });
        }
        if (kind == Chain) return BayesClassifierEstimator.Of(new MarkovChainEstimator(parsed.GetValue(markovOrder) ?? 1));
        var (family, tied) = (covariance.Family(parsed), covariance.IsTied(parsed));
        return kind switch
        {
            Mixture => BayesClassifierEstimator.Of(new MixtureEstimator(family, parsed.GetRequiredValue(components)!.Value, tied: tied)),
            Hidden => BayesClassifierEstimator.Of(new HiddenMarkovEstimator(family, parsed.GetRequiredValue(components)!.Value,
                fitting: new() { TiedCovariances = tied })),
            _ => new BayesClassifierEstimator(family, tied),
        };
    }

    protected override Pipeline Of(Pipeline pipeline, BayesClassifier? initial, ParseResult parsed)
    {
        if (initial is { IsOfSequences: true } && parsed.GetValue(Sequences.Key) is null && parsed.GetValue(Sequences.Lists) is null)
            throw new ModelException(ErrorKind.Usage, Sequences.Key.Name, "none", "the column with the sequences' keys, as the initial model is of sequences",
                $"for example {Sequences.Key.Name} {Sequences.Key.Example}");
        if (initial is not null) Sequences.CheckModel(initial, parsed);
        return classes.Of(base.Of(pipeline, initial, parsed), initial, parsed);
    }

    protected override IEnumerable<string?> Taken(ParseResult parsed) => [.. base.Taken(parsed), .. classes.Taken(parsed)];

    protected override FitOptions With(FitOptions options, ParseResult parsed) => classes.With(options, parsed);

    private UsageError OnlyFor(Option option, string kinds, string what = "a number") => UsageError.For($"{option.Name} without {model.Name}",
        $"{what} that has no effect",
        $"{model.Name} {kinds} as well", $"{model.Name} {kinds.Split(' ')[0]}");
}
