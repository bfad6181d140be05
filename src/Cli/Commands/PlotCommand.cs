using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Plotting;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines plot MODEL [INPUT…] --output …</c></summary>
internal sealed class PlotCommand : Verb
{
    private readonly Argument<string> model = new("MODEL") { Description = "A model saved by 'fit' or by pomegranate 0.14." };

    private readonly Argument<string[]> inputs = new("INPUT")
    {
        Description = "Parquet files, folders or globs with rows to draw together with the model. Without input, only the model is drawn.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Setting<string?> output = new(
        "--output", "Where to write the picture: a file with a name that ends in .png or .svg, or for a graph also .dot or .mmd (Mermaid), which "
            + "determines the format (required). An existing picture of the same format is replaced.", "FILE",
        "a file to write that ends with .png or .svg (or .dot or .mmd, a graph)", "plot.png",
        static (string text, out string? value) =>
        {
            value = text;
            return FormatOf(text) is not null;
        },
        null);

    private readonly Setting<string?> kind = Setting.Choice(
        "--kind", $"What to draw. {string.Join("; ", PlotKind.All.Select(k => $"'{k.Name}': {k.Description}"))}. "
            + $"[default: {GraphPlot.KindName} for a network, clusters for k-means, transitions for a Markov chain, otherwise {DensityPlot.KindName}]", "NAME",
        PlotKind.All.Select(k => k.Name), DensityPlot.KindName);

    private readonly Setting<IReadOnlyList<string>?> features = Setting.Names(
        "--features", "Features to draw, in this order. [default: all features of the model that this kind can draw]", "a,b,c",
        "feature names separated by commas, each once", "delay,distance");

    private readonly Setting<string?> weights =
        Setting.Name("--weights", "Input column with the weight of each row in the histogram, at least 0. [default: every row has weight 1]",
            "the name of a column", "w");

    private readonly Setting<string?> label = Setting.Name("--label", "Input column with the true class of each row, for confusion, roc and calibration.",
        "the name of a column", "species");

    private readonly Setting<(int Width, int Height)?> size = new(
        "--size", $"Width and height in pixels, each {PictureRenderer.LeastSize} to {PictureRenderer.LargestSize}, and no less than the texts need. "
            + "[default: what the panels need]",
        "WIDTHxHEIGHT",
        $"two numbers from {PictureRenderer.LeastSize} to {PictureRenderer.LargestSize} with an x between them", "1200x800", ParseSize, null);

    private readonly PictureSettings texts = new();
    private readonly PriorSettings priors = new("class", "the model's classes, for confusion, roc and calibration");
    private readonly Option<bool> force = ForceOption.Create("a picture of the same format", anyName: false);
    private readonly BadRowSettings badRows = new();
    private readonly ReadingSettings reading = new();

    protected override int Order => 5;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("plot", "Plots a model, together with data if given: densities over histograms, contours, clusters, transitions, the "
            + "history of the fit, AIC and BIC of several fits, evaluations of a classifier, or the graph of a network.") {
            model, inputs, output, force, kind, features, weights, label, priors.Option, size };
        texts.AddTo(command);
        badRows.AddTo(command);
        reading.AddTo(command);
        command.Rules.Add(common.Check);
        command.Rules.Add(badRows.Check);
        command.Rules.Add(result => priors.Check(result, features, label, weights));
        command.Rules.Add(Check);
        command.SetAction((parsed, cancellationToken) => RunAsync(console, common, parsed, cancellationToken));
        return command;
    }

    private static PictureFormat? FormatOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => PictureFormat.Png,
        ".svg" => PictureFormat.Svg,
        ".dot" => PictureFormat.Dot,
        ".mmd" => PictureFormat.Mermaid,
        _ => null,
    };

    private static FileKind KindOf(PictureFormat format) => format switch
    {
        PictureFormat.Png => FileKind.Png,
        PictureFormat.Svg => FileKind.Svg,
        PictureFormat.Dot => FileKind.Dot,
        _ => FileKind.Mermaid,
    };

    private static bool ParseSize(string text, out (int Width, int Height)? value)
    {
        var parts = text.Split('x');
        value = parts.Length == 2 && IsSize(parts[0], out var width) && IsSize(parts[1], out var height) ? (width, height) : null;
        return value is not null;

        static bool IsSize(string part, out int pixels) =>
            int.TryParse(part, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out pixels)
                && pixels is >= PictureRenderer.LeastSize and <= PictureRenderer.LargestSize;
    }

    private IEnumerable<UsageError> Check(CommandResult result)
    {
        if (!result.IsGiven(output)) yield return UsageError.For(output.Name, "none", output.Expected, $"{output.Name} {output.Example}");
        if (result.Given(output) is { } file && FormatOf(file) is PictureFormat.Dot or PictureFormat.Mermaid)
        {
            if (result.Given(kind) is { } other && other != GraphPlot.KindName)
                yield return UsageError.For($"{output.Name} and {kind.Name}", $"a text file, '{file}', and no graph", $"{kind.Name} {GraphPlot.KindName}",
                    $"{kind.Name} {GraphPlot.KindName}");
            if (result.IsGiven(size))
                yield return UsageError.For($"{output.Name} and {size.Name}", $"a text file, '{file}', which has no size", "a picture",
                    $"{output.Name} plot.svg");
        }
        var shown = result.Given(kind) ?? DensityPlot.KindName;
        if (result.IsGiven(priors.Option) && PlotKind.All.Any(k => k.Name == shown && !k.ShowsLabels))
            yield return UsageError.For($"{priors.Option.Name} and {kind.Name}", $"'{shown}', which shows no evaluation", "confusion, roc or calibration",
                $"{kind.Name} confusion");
        if (result.IsGiven(weights) && result.GetResult(inputs) is not { Tokens.Count: > 0 })
            yield return UsageError.For(weights.Name, "no INPUT", "an INPUT with the column", $"model.json data.parquet {weights.Name} {weights.Example}");
        foreach (var option in badRows.All.Concat(reading.All))
            if (result.IsGiven(option) && result.GetResult(inputs) is not { Tokens.Count: > 0 })
                yield return new(option.Name, "no INPUT", "an INPUT, as only its rows are affected", "name the data after the model, or leave the option out");
    }

    private async Task<int> RunAsync(ToolConsole console, CommonSettings common, ParseResult parsed, CancellationToken cancellationToken)
    {
        var modelPath = parsed.GetRequiredValue(model);
        var paths = parsed.GetValue(inputs) ?? [];
        var path = parsed.GetRequiredValue(output)!;
        var format = FormatOf(path)!.Value;
        var isText = format is PictureFormat.Dot or PictureFormat.Mermaid;
        var file = new ModelFile(path, KindOf(format), parsed.GetValue(force));
        file.CheckPlace();
        OutputCheck.NotNamed(path, [.. paths, modelPath]);
        file.Check();
        var how = reading.Options(parsed, console);
        await OutputCheck.NotAnInputAsync(path, paths, how, cancellationToken).ConfigureAwait(false);
        var saved = ModelInput.Load(modelPath, console);
        if (paths.Length > 0)
            saved = await ModelInput.BindAsync(saved, modelPath, null, new ParquetSource(paths, how),
                    [parsed.GetValue(weights), parsed.GetValue(label), .. priors.Taken(parsed)], cancellationToken)
                .ConfigureAwait(false);
        var options = texts.Of(parsed, new PlotOptions
        {
            Kind = parsed.GetValue(kind) ?? (isText ? GraphPlot.KindName : null),
            Features = parsed.GetValue(features),
            Seed = common.Seed(parsed),
            Label = parsed.GetValue(label),
            Weights = parsed.GetValue(weights),
        });
        var drawn = ModelPlot.Check(saved, paths.Length > 0, options, isText ? null : parsed.GetValue(size)).Kind.Name;
        InputCheck.Warn(console, paths);
        var display = ProgressDisplay.Create(console, parsed.GetValue(common.Quiet), parsed.GetValue(common.Verbose));
        Pipeline? data = null;
        if (paths.Length > 0)
        {
            data = priors.Of(Pipeline.From(new ParquetSource(paths, how))
                .With(common.Pipeline(parsed) with { BadRows = badRows.Policy(parsed, path, paths), Progress = display }), parsed);
        }
        var picture = await display.ShowAsync(() => ModelPlot.CreateAsync(saved, data, options, cancellationToken)).ConfigureAwait(false);
        var (width, height) = parsed.GetValue(size) ?? PictureRenderer.DefaultSize(picture);
        var glyphs = PictureRenderer.GlyphWarning(picture, format);
        if (glyphs is not null) console.Warn($"{path}: {glyphs}");
        file.Write(PictureRenderer.Render(picture, format, width, height));
        if (parsed.GetValue(common.Json))
        {
            JsonObject.Write(console, json =>
            {
                json.WriteString("kind", drawn);
                if (picture.Source is { } source)
                {
                    json.WriteNumber("nodes", source.Nodes.Count);
                    json.WriteNumber("arcs", source.Arcs.Count);
                }
                else json.WriteNumber("panels", picture.Panels.Count);
                if (!isText)
                {
                    json.WriteNumber("width", width);
                    json.WriteNumber("height", height);
                }
                json.WriteString("output", path);
                json.WriteTexts("notes", picture.Notes);
            });
        }
        else if (!parsed.GetValue(common.Quiet))
        {
            var what = picture.Source is { } graph
                ? $"{Figures.Number(graph.Nodes.Count, "node")}, {Figures.Number(graph.Arcs.Count, "arc")}"
                : Figures.Number(picture.Panels.Count, "panel");
            console.Out.WriteLine($"wrote {path}: {drawn}, {what}{(isText ? "" : $", {width} x {height} pixels")}");
        }
        return ExitCode.Done;
    }
}
