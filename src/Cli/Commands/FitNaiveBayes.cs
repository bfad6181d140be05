using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Blocks;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit naive-bayes …</c></summary>
internal sealed class FitNaiveBayes() : FitKind<NaiveBayes>("Fits a naive Bayes classifier: independent features within each class.",
    new("raises the log-likelihood of the unlabeled rows", FitWords.Families, null))
{
    private readonly DistributionSettings distribution = new("Distribution of each feature within each class");
    private readonly ClassSettings classes = new();

    public override string Name => "naive-bayes";

    protected override (string Found, string Expected)? NotIncremental => ClassSettings.NotIncremental;

    protected override IReadOnlyList<Option> Own => [.. classes.All, distribution.Option];

    protected override IEnumerable<UsageError> Check(CommandResult result) =>
        [.. Fit.Check(result, (distribution.Option, true), (classes.Tied, false)),
            .. distribution.Check(result, Fit.Features), .. classes.Check(result, Fit)];

    protected override IEstimator<NaiveBayes> Estimator(ParseResult parsed) =>
        new NaiveBayesEstimator(distribution.Family(parsed), parsed.GetValue(classes.Tied));

    protected override Pipeline Of(Pipeline pipeline, NaiveBayes? initial, ParseResult parsed) => classes.Of(pipeline, initial, parsed);

    protected override IEnumerable<string?> Taken(ParseResult parsed) => [.. base.Taken(parsed), .. classes.Taken(parsed)];

    protected override FitOptions With(FitOptions options, ParseResult parsed) => classes.With(options, parsed);
}
