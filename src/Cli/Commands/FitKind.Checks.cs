using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Commands;

/// <summary>Rules about several options of a fit.</summary>
internal abstract partial class FitKind<TModel>
{
    private IEnumerable<UsageError> CheckIncremental(CommandResult result)
    {
        if (!result.IsGiven(incremental.State)) yield break;
        if (result.IsGiven(page!.Option))
            yield return UsageError.For($"{page.Option.Name} and {incremental.State.Name}", "both", "one of them, as later runs see new rows only",
                $"{incremental.State.Name} {incremental.State.Example}");
        if (NotIncremental is { } why)
        {
            yield return UsageError.For(incremental.State.Name, why.Found, why.Expected, $"fit {Name} without {incremental.State.Name}");
            yield break;
        }
        if (Fit.Selection.Fits(result) is > 1 and var fits)
            yield return UsageError.For(incremental.State.Name, $"{Figures.Count(fits)} fits to choose from", "one fit, which later runs continue",
                $"{Fit.Components.Name} {Fit.Components.Example} without {Fit.Selection.Restarts.Name}");
        if (result.IsGiven(Fit.BatchesPerIteration))
            yield return UsageError.For($"{incremental.State.Name} and {Fit.BatchesPerIteration.Name}", "both",
                "one of them, as an incremental fit uses all new rows in every update", $"{incremental.State.Name} {incremental.State.Example}");
    }

    // The lengths of a list that is not read are not compared with those of the others.
    private IEnumerable<UsageError> CheckLists(ParseResult parsed)
    {
        if (Sequences is { } sequences && parsed.GetValue(Fit.Features) is { } features
            && parsed.GetValue(sequences.Lists)?.FirstOrDefault(l => !features.Contains(l) && !Taken(parsed).Contains(l)) is { } unused)
            yield return new(sequences.Lists.Name, $"'{unused}', which is no feature", "only lists that are used",
                $"leave it out, or add it to {Fit.Features.Name}");
    }

    // Options without an effect. With an initial model they are known only once it is loaded.
    private IEnumerable<UsageError> CheckUse(ParseResult parsed, CommonSettings common)
    {
        if (parsed.GetValue(Fit.Initial) is not null) return [];
        var features = TakesNumbers ? transforms.Features(parsed.GetValue(Fit.Features), parsed) : null;
        try
        {
            var (estimator, options) = (Estimator(parsed), Options(parsed, common));
            InputTransforms.Check(estimator, options, features?.Count ?? 1, features);
            return [.. options.Unused(Uses(estimator, parsed), estimator.ParameterKinds).Select(UsageError.Of)];
        }
        catch (ModelException e)
        {
            // A feature without a name is refused once its name is known.
            return features is null && e.FeatureIndex is not null ? [] : [UsageError.Of(e.Named(features))];
        }
    }
}
