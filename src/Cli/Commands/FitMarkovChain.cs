using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit markov-chain …</c></summary>
internal sealed class FitMarkovChain() : FitKind<MarkovChain>("Fits a Markov chain to sequences of categories by counting.",
    new(FitWords.LogLikelihood, "A Markov chain takes one column of text, numbers or booleans.", null, OneUpdate: "A chain is counted in one update"))
{
    private readonly Setting<int?> markovOrder = Setting.Whole("--markov-order", "How many previous rows the next row depends on, 0 to 16. [default: 1]", "K",
        "a whole number from 0 to 16", "2", k => k is >= 0 and <= 16);

    private readonly Setting<double?> pseudocount = EstimateSettings.Pseudocount("--pseudocount",
        "Weight to add to each category after each history, in rows; at least 0. [default: 0]");

    public override string Name => "markov-chain";

    protected override bool TakesNumbers => false;

    protected override SequenceSettings Sequences { get; } = new();

    protected override IReadOnlyList<Option> Own => [markovOrder, pseudocount];

    protected override IEnumerable<UsageError> Check(CommandResult result) => Fit.Check(result, (markovOrder, false));

    protected override IEstimator<MarkovChain> Estimator(ParseResult parsed) => new MarkovChainEstimator(parsed.GetValue(markovOrder) ?? 1);

    protected override FitOptions With(FitOptions options, ParseResult parsed) =>
        options with { Pseudocount = parsed.GetValue(pseudocount) ?? options.Pseudocount };
}
