using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit hmm …</c></summary>
internal sealed class FitHiddenMarkov() : FitKind<HiddenMarkovModel>("Fits a hidden Markov model to sequences by the Baum-Welch algorithm.", "the total weighted log-likelihood rises", tolerance: 1e-9)
{
    private readonly DistributionSettings distribution = new("What the states emit");

    private readonly Option<bool> finite = new("--finite") { Description = "Sequences finish in an end state, whose probability is fitted too. [default: they may stop in any state]" };

    private readonly Setting<double?> pseudocount = Setting.Real(
        "--pseudocount", "Added to the weight of each category that a state emits, in rows. [default: 0]", "ROWS", "a finite number of at least 0", "1", x => x >= 0 && double.IsFinite(x));

    private readonly Setting<double?> minVariance = Setting.Real(
        "--min-variance", "Least variance of a state's emission in any direction, in squared units of the features. [default: 0 = off]", "V", "a finite number of at least 0", "0.001", x => x >= 0 && double.IsFinite(x));

    public override string Name => "hmm";

    protected override SequenceSettings Sequences { get; } = new();

    protected override IReadOnlyList<Option> Own => [distribution.Option, Fit.Selection.Criterion, finite, pseudocount, minVariance];

    protected override IEnumerable<string> Check(CommandResult result) =>
        Fit.Check(result, (distribution.Option, true), (Fit.Components, true), (Fit.Selection.Restarts, false), (Fit.Selection.Criterion, false), (Fit.Init, false), (finite, false)).Concat(distribution.Check(result, Fit.Features));

    protected override IEstimator<HiddenMarkovModel> Estimator(ParseResult parsed)
    {
        var family = distribution.Family(parsed);
        return Fit.Selection.Select(parsed, k => new HiddenMarkovEstimator(family, k, Fit.Initialization(parsed), isFinite: parsed.GetValue(finite)));
    }

    protected override FitOptions With(FitOptions options, ParseResult parsed) => options with
    {
        Pseudocount = parsed.GetValue(pseudocount) ?? options.Pseudocount,
        MinVariance = parsed.GetValue(minVariance) ?? options.MinVariance,
    };
}
