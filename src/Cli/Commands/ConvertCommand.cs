using System.CommandLine;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines convert IN OUT --to pipelines|pomegranate|bif</c></summary>
internal sealed class ConvertCommand : Verb
{
    private const string Ours = "pipelines";

    private readonly Setting<string?> to = Setting.Choice(
        "--to", $"Format to write: {string.Join(" or ", ForeignFormat.All.Values.Select(f => f.Description).Prepend(Ours))}. [default: pipelines]", "FORMAT",
        [Ours, .. ForeignFormat.All.Keys], ForeignFormat.All.Keys.Last());

    private readonly Option<bool> force = ForceOption.Create("a model of the same format");

    private readonly Option<bool> strict = Setting.Flag(
        "--strict", "Fail, and write nothing, if reading corrects the model (for example, scales transitions that do not sum to 1) or writing loses part "
            + "of it. Feature names, minimum standard deviations and the fit record do not count. [default: warn]");

    private readonly Setting<IReadOnlyList<string>?> features = Setting.Names(
        "--features", "Feature names for a model file that has none, in the model's order. [default: columns are matched by position]", "a,b,c",
        "column names separated by commas, each once", "delay,distance");

    protected override int Order => 7;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("convert",
            "Converts a saved model from another program's format to the Pipelines format, or the other way if that format can hold the model.");
        var input = new Argument<string>("IN") { Description = "A model saved by 'fit' or by pomegranate 0.14, or a Bayesian network in BIF." };
        var output = new Argument<string>("OUT") { Description = "Where to write the converted model. An existing model of the same format is replaced." };
        command.Add(input);
        command.Add(output);
        command.Add(to);
        command.Add(force);
        command.Add(features);
        command.Add(strict);
        command.Rules.Add(common.Check);
        command.SetAction((parsed, _) =>
        {
            var (from, path) = (parsed.GetRequiredValue(input), parsed.GetRequiredValue(output));
            var format = parsed.GetValue(to) is { } chosen ? ForeignFormat.All.GetValueOrDefault(chosen) : null;
            var target = new ModelFile(path, format is null ? FileKind.Model : FileKind.Of(format), parsed.GetValue(force), "OUT");
            target.CheckPlace();
            if (OutputCheck.IsSame(from, path))
                throw new ModelException(ErrorKind.Usage, $"OUT {path}", "the file that is also read", "another file", "choose another name");
            target.Check();
            var saved = ModelInput.Read(from);
            var warnings = saved.Warnings.Select(w => $"{from}, {w}").ToList();
            Refuse(warnings);
            var before = warnings.Count;
            if (saved.FeaturesByPosition && format is null)
            {
                var names = parsed.GetValue(features) is null
                    ? "feature names (columns are matched by position, or named by --features), minimum standard deviations or a record of the fit"
                    : "minimum standard deviations or a record of the fit";
                warnings.Add($"{from}, $: the file does not store {names}");
            }
            if (parsed.GetValue(features) is { } named)
            {
                if (named.Count != saved.Model.Dimensions)
                    throw new ModelException(ErrorKind.Usage, "--features", $"{named.Count} names", $"{saved.Model.Dimensions}, one for each feature of {from}",
                        "name them in the model's order");
                if (!saved.FeaturesByPosition && saved.Features?.Select(f => f.Name).ToArray() is { } own && !own.SequenceEqual(named))
                    throw new ModelException(ErrorKind.Usage, "--features", NameList.Text(named), $"{NameList.Text(own)}, the names in {from}",
                        "leave the option out (to score columns with other names, use score --features)");
                saved = saved.WithFeatures(named);
            }
            var bytes = format is null ? saved.ToJson() : Written(format);
            // Losses that the format always causes do not count: otherwise every model fitted by Pipelines would be rejected.
            Refuse(warnings.Skip(before).Where(w => !w.StartsWith($"{from}, ", StringComparison.Ordinal) && !w.StartsWith($"{path}, $: the format has "
                + "no place for ", StringComparison.Ordinal)));
            target.Write(bytes);
            console.Warn(warnings);
            if (parsed.GetValue(common.Json)) JsonObject.Write(console, Json);
            else if (!parsed.GetValue(common.Quiet))
                console.Out.WriteLine($"wrote {path}: {saved.Model.FormatName} model of {saved.Model.Dimensions} "
                    + $"{(saved.Model.Dimensions == 1 ? "feature" : "features")}, as {parsed.GetValue(to) ?? Ours}");
            return Task.FromResult(ExitCode.Done);

            void Refuse(IEnumerable<string> found)
            {
                if (!parsed.GetValue(strict) || found.FirstOrDefault() is not { } first) return;
                throw new ModelException(ErrorKind.ModelFile, strict.Name, $"{first}{(found.Count() > 1 ? $" (and {found.Count() - 1} more)" : "")}",
                    "a model that converts without changes", $"correct the model, or leave {strict.Name} out");
            }

            byte[] Written(ForeignFormat format)
            {
                try
                {
                    var written = format.Write(saved, out var lost);
                    warnings.AddRange(lost.Select(w => $"{path}, {w}"));
                    return written;
                }
                catch (ModelException e)
                {
                    throw new ModelException(e.Kind, $"{from}, {e.Place}", e.Found, e.Expected, e.Remedy, e);
                }
            }

            void Json(System.Text.Json.Utf8JsonWriter json)
            {
                json.WriteString("input", from);
                json.WriteString("output", path);
                json.WriteString("format", parsed.GetValue(to) ?? Ours);
                json.WriteString("type", saved.Model.FormatName);
                json.WriteNumber("dimensions", saved.Model.Dimensions);
                json.WriteTexts("features", (saved.FeaturesByPosition ? [] : saved.Features ?? []).Select(feature => feature.Name));
            }
        });
        return command;
    }
}
