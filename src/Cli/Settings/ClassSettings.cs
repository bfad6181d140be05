using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Blocks;
using Pipelines.Cli.Terminal;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Settings;

/// <summary>The options that all classifiers share.</summary>
internal sealed class ClassSettings
{
    private readonly Setting<double?> classPseudocount = EstimateSettings.Pseudocount("--class-pseudocount",
        "Weight to add to each class, in rows, or in sequences if rows form sequences; at least 0. [default: 0]");

    private readonly EstimateSettings estimates = new("each category or outcome of each class", " within each class");

    private readonly UpdateSettings updates = new("weights (of the classes), means, covariances, or distributions (all parameters of the classes); with "
        + "--class-model also those of its kind", ParameterKinds.All, "the classes");

    /// <summary>Why a classifier cannot be fitted incrementally.</summary>
    public static (string Found, string Expected) NotIncremental { get; } =
        ("a fit of a classifier", "a fit without classes, as new files may have other classes");

    /// <summary>The label column.</summary>
    public Setting<string?> Label { get; } = Setting.Name(
        "--label", "Column with the class of each row: text, integers or booleans (required). Where it is null, the class is not known: "
            + "expectation-maximization over all rows then follows the fit to the labeled ones. Rows of a sequence must have the same label.",
        "the name of a column", "species");

    /// <summary>True: the classes share one covariance.</summary>
    public Option<bool> Tied { get; } = UpdateSettings.Tied("classes");

    /// <summary>The priors of the classes.</summary>
    public PriorSettings Priors { get; } = new("class", "the classes: the labels as they are sorted, or those of --initial");

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => [Label, Tied, Priors.Option, classPseudocount, .. estimates.All, .. updates.All];

    /// <summary>Errors that involve several options.</summary>
    public IEnumerable<UsageError> Check(CommandResult result, FitSettings fit)
    {
        if (!result.IsGiven(Label)) yield return UsageError.For(Label.Name, "none", Label.Expected, $"{Label.Name} {Label.Example}");
        foreach (var mistake in Priors.Check(result, fit.Features, Label, fit.Weights)) yield return mistake;
        if (result.Given(Label) is not { } column) yield break;
        if (result.Given(fit.Features)?.Contains(column) == true)
            yield return UsageError.For($"{Label.Name} and {fit.Features.Name}", $"'{column}' in both", "labels that are not a feature",
                $"{Label.Name} {Label.Example}");
        if (result.Given(fit.Weights) == column)
            yield return UsageError.For($"{Label.Name} and {fit.Weights.Name}", $"'{column}' in both", "two columns", $"{Label.Name} {Label.Example}");
    }

    /// <summary>The pipeline with priors and labels: those of the initial model, if there is one.</summary>
    public Pipeline Of(Pipeline pipeline, Classifier? initial, ParseResult parsed) =>
        Priors.Of(pipeline, parsed).Labels(parsed.GetRequiredValue(Label)!, initial is null ? null : [.. initial.Names]);

    /// <summary>The columns that are not features.</summary>
    public IEnumerable<string?> Taken(ParseResult parsed) => [parsed.GetValue(Label), .. Priors.Taken(parsed)];

    /// <summary>How to fit.</summary>
    public FitOptions With(FitOptions options, ParseResult parsed) => updates.With(estimates.With(options, parsed), parsed) with
    {
        ClassPseudocount = parsed.GetValue(classPseudocount) ?? options.ClassPseudocount,
    };
}
