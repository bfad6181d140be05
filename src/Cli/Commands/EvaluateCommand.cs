using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using Pipelines.Blocks;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Io;
using Pipelines.Models.Serialization;
using Pipelines.Plotting;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines evaluate MODEL INPUT… [--label COLUMN]</c></summary>
internal sealed class EvaluateCommand : Verb
{
    private readonly Argument<string> model = new("MODEL") { Description = "A model saved by 'fit' or by pomegranate 0.14." };
    private readonly Argument<string[]> inputs = InputArgument.Create();

    private readonly Setting<string?> label = Setting.Name("--label",
        "Column with the true class of each row (required for a classifier). Rows where it is null are counted, and otherwise left out. A label "
            + "that is no class of the model is a bad row.", "the name of a column", "species");

    private readonly Setting<string?> weights = Setting.Name("--weights",
        "Column with the weight of each row, a finite number of at least 0. [default: every row has weight 1]", "the name of a numeric column", "weight");

    private readonly Setting<IReadOnlyList<string>?> features = Setting.Names(
        "--features", "Columns with the model's features, in the model's order. [default: the columns that the model was fitted to]", "a,b,c",
        "column names separated by commas, each once", "delay,distance");

    private readonly Setting<int?> bins = Setting.Whole("--bins", "Number of calibration bins of each class, 1 to 10000. [default: 10]", "N",
        "a whole number from 1 to 10000", "20", n => n is >= 1 and <= 10_000);

    private readonly Setting<string?> output = new(
        "--output", "Where to write a report: a file with a name that ends in .png or .svg for a picture (confusion, ROC curves, calibration), or in .json for "
            + "the figures. An existing file of the same format is replaced. [default: none]", "FILE",
        "a file to write that ends with .png, .svg or .json", "report.png",
        static (string text, out string? value) =>
        {
            value = text;
            return KindOf(text) is not null;
        },
        null);

    private readonly Option<bool> force = ForceOption.Create("a report of the same format", anyName: false);
    private readonly PriorSettings priors = new("class", "the model's classes");
    private readonly SequenceSettings sequences = new();
    private readonly BadRowSettings badRows = new();
    private readonly ReadingSettings reading = new();

    private ReportFile? page;

    protected override int Order => 3;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("evaluate", "Compares a classifier's predictions with labels, in one scan: confusion matrix, accuracy, log-loss, "
            + "Brier score, ROC curves and calibration. Of another model: the log-likelihood of the rows, BIC and AIC.")
        {
            model, inputs, label, weights, features, priors.Option, bins, output, force,
        };
        page = new("the figures, their pictures and the warnings", force);
        command.Add(page.Option);
        sequences.AddTo(command);
        badRows.AddTo(command);
        reading.AddTo(command);
        command.Rules.Add(common.Check);
        command.Rules.Add(badRows.Check);
        command.Rules.Add(result => sequences.Check(result, isNeeded: false));
        command.Rules.Add(result => priors.Check(result, features, label, weights, sequences.Key, sequences.Order));
        command.Rules.Add(Check);
        command.SetAction((parsed, cancellationToken) => RunAsync(console, common, parsed, cancellationToken));
        return command;
    }

    private static FileKind? KindOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => FileKind.Png,
        ".svg" => FileKind.Svg,
        ".json" => FileKind.Evaluation,
        _ => null,
    };

    private IEnumerable<UsageError> Check(CommandResult result)
    {
        if (result.IsGiven(bins) && !result.IsGiven(label))
            yield return UsageError.For(bins.Name, $"no {label.Name}", "the labels of a classifier, as only they have bins", $"{label.Name} {label.Example}");
        if (result.IsGiven(force) && !result.IsGiven(output) && !result.IsGiven(page!.Option))
            yield return UsageError.For(force.Name, $"no {output.Name}", "a file that may be replaced", $"{output.Name} {output.Example} {force.Name}");
    }

    private async Task<int> RunAsync(ToolConsole console, CommonSettings common, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (modelPath, paths) = (parsed.GetRequiredValue(model), parsed.GetRequiredValue(inputs));
        var how = sequences.Reading(reading.Options(parsed, console), parsed);
        var path = parsed.GetValue(output);
        var file = path is null ? null : new ModelFile(path, KindOf(path)!, parsed.GetValue(force));
        if (file is not null)
        {
            file.CheckPlace();
            OutputCheck.NotNamed(path!, [.. paths, modelPath]);
            file.Check();
            await OutputCheck.NotAnInputAsync(path!, paths, how, cancellationToken).ConfigureAwait(false);
        }
        page!.Check(parsed, path, [.. paths, modelPath], isDry: false);
        var saved = ModelInput.Load(modelPath, console);
        sequences.CheckModel(saved.Model, parsed);
        CheckLabel(saved.Model, modelPath, parsed, file);
        saved = await ModelInput.BindAsync(saved, modelPath, parsed.GetValue(features), new ParquetSource(paths, how),
            [parsed.GetValue(label), parsed.GetValue(weights), .. priors.Taken(parsed), .. sequences.Taken(parsed)], cancellationToken).ConfigureAwait(false);
        InputCheck.Warn(console, paths);
        var display = ProgressDisplay.Create(console, parsed.GetValue(common.Quiet), parsed.GetValue(common.Verbose));
        var flow = common.Pipeline(parsed) with { Progress = display, BadRows = badRows.Policy(parsed, path, paths) };
        var data = sequences.Of(Pipeline.From(new ParquetSource(paths, how)).With(flow), parsed);
        if (parsed.GetValue(label) is { } labels) data = data.Labels(labels);
        if (parsed.GetValue(weights) is { } column) data = data.WeightedBy(column);
        data = priors.Of(data, parsed);
        data = data.ForRun();
        DryRunCommand.Warn(console, await data.CompareAsync(saved, cancellationToken).ConfigureAwait(false));
        var clock = Stopwatch.StartNew();
        var (found, rejected, warnings) = await display.ShowAsync(() => EvaluateAsync(data, saved, parsed, cancellationToken)).ConfigureAwait(false);
        console.Warn(warnings);
        var report = new EvaluationReport(found, rejected, clock.Elapsed.TotalSeconds, flow.BadRows.Mode != BadRowMode.Fail);
        if (file is not null) Write(console, file, saved, report);
        await page.WriteAsync(parsed, words => Task.FromResult(RunPage.Of($"evaluation of {saved.Model.Title}",
            target => report.AddTo(target, saved), found is Evaluation classes
                ? [(EvaluationPicture.Of(saved, classes), "the confusion matrix, the ROC curves and the calibration of the posteriors")] : [], words,
            console.Warnings))).ConfigureAwait(false);
        if (parsed.GetValue(common.Json)) report.WriteJson(console, path);
        else if (!parsed.GetValue(common.Quiet))
        {
            report.WriteText(console.Out, console.Width);
            foreach (var written in new[] { path, parsed.GetValue(page.Option) }.OfType<string>()) console.Out.WriteLine($"wrote {written}");
        }
        return ExitCode.Done;
    }

    // Which options the model needs is known once it is loaded, before any row is read.
    private void CheckLabel(Model loaded, string path, ParseResult parsed, ModelFile? file)
    {
        var given = parsed.GetValue(label);
        if (loaded is Classifier && given is null)
            throw new ModelException(ErrorKind.Usage, label.Name, $"none, and a {loaded.FormatName} model", label.Expected,
                $"for example {label.Name} {label.Example}");
        if (loaded is not Classifier && given is not null)
            throw new ModelException(ErrorKind.Usage, $"{label.Name} {given}", $"a {loaded.FormatName} model ({path}), which has no classes", "a classifier",
                $"leave {label.Name} out to compute the log-likelihood of the rows");
        if (loaded is not Classifier && file is not null && file.Kind != FileKind.Evaluation)
            throw new ModelException(ErrorKind.Usage, $"{output.Name} {file.Path}", "a picture of a model without classes", "a name that ends with .json",
                $"for example {output.Name} report.json");
    }

    private async Task<(ModelEvaluation Found, long Rejected, IReadOnlyList<string> Warnings)> EvaluateAsync(Pipeline data, SavedModel saved,
        ParseResult parsed, CancellationToken cancellationToken)
    {
        if (saved.Model is Classifier)
        {
            var result = await data.EvaluateAsync(saved, new() { Bins = parsed.GetValue(bins) ?? 10 }, cancellationToken).ConfigureAwait(false);
            return (result.Evaluation, result.RowsRejected, result.Warnings);
        }
        var likelihood = await data.EvaluateLikelihoodAsync(saved, null, cancellationToken).ConfigureAwait(false);
        return (likelihood.Evaluation, likelihood.RowsRejected, likelihood.Warnings);
    }

    private static void Write(ToolConsole console, ModelFile file, SavedModel saved, EvaluationReport report)
    {
        if (file.Kind == FileKind.Evaluation)
        {
            file.Write(report.ToJson());
            return;
        }
        var picture = EvaluationPicture.Of(saved, (Evaluation)report.Found);
        var (width, height) = PictureRenderer.DefaultSize(picture);
        var format = file.Kind == FileKind.Png ? PictureFormat.Png : PictureFormat.Svg;
        if (PictureRenderer.GlyphWarning(picture, format) is { } glyphs) console.Warn($"{file.Path}: {glyphs}");
        file.Write(PictureRenderer.Render(picture, format, width, height));
    }
}
