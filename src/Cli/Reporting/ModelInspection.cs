using System.Text.Json;
using Pipelines.Cli.Terminal;
using Pipelines.Io;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Reporting;

/// <summary>The description of a saved model.</summary>
internal sealed record ModelInspection(string Path, SavedModel Saved) : IInspection
{
    /// <summary>The maximum number of features and fits in text output.</summary>
    public const int Most = 20;

    public void WriteText(TextWriter target)
    {
        var model = Saved.Model;
        target.WriteLine($"{Path}: {model.FormatName} model of {Figures.Number(model.Dimensions, "feature")}");
        if (Saved.FeaturesByPosition) target.WriteLine($"features: columns by position{Categories()}");
        if (Saved.Training is { } facts)
        {
            target.WriteLine($"fitted to {Figures.Number(facts.Rows, "row")}: {Figures.Number(facts.LogLikelihoods.Count, "iteration")} "
                + $"({(facts.Converged ? "converged" : "not converged")}), {Figures.Mean(model, facts)}");
            target.WriteLine($"seed {facts.Seed}, batch size {facts.BatchSize}, kernels {facts.Kernel}");
        }
        target.WriteLine($"scores: {string.Join(", ", model.ScoreKinds.Select(k => k.Name))}");
        if (!Saved.FeaturesByPosition) WriteFeatures(target);
        WriteCandidates(target);
        target.WriteLine();
        foreach (var line in TransformLines.Before(Saved)) target.WriteLine(line);
        var outline = ModelOutline.Of(ClusterFacts.Sized(model.Outline(ModelOutline.Shown(Saved.Features)), Saved.Training), "; --json shows all");
        foreach (var line in outline) target.WriteLine(line);
    }

    private string Categories() => string.Concat((Saved.Features ?? []).Where(f => f.Categories is not null).Select(f => $"; {f}"));

    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("file", Path);
        json.WriteString("kind", "model");
        json.WriteString("type", Saved.Model.FormatName);
        json.WriteNumber("dimensions", Saved.Model.Dimensions);
        json.WriteTexts("features", (Saved.Features ?? []).Select(feature => feature.Name));
        if (Saved.FeaturesByPosition) json.WriteBoolean("featuresByPosition", true);
        WriteInputs(json);
        TransformLines.WriteJson(json, Saved);
        json.WriteTexts("scores", Saved.Model.ScoreKinds.Select(kind => kind.Name));
        if (Saved.Training is { } facts)
        {
            json.WriteNumber("rows", facts.Rows);
            json.WriteNumber("iterations", facts.LogLikelihoods.Count);
            json.WriteBoolean("converged", facts.Converged);
            json.WriteReal("logLikelihood", facts.LogLikelihood);
            ClusterFacts.WriteJson(json, Saved.Model, facts);
            json.WriteNumber("seed", facts.Seed);
            json.WriteNumber("batchSize", facts.BatchSize);
            json.WriteString("kernel", facts.Kernel);
            json.WriteReal("initialLogLikelihood", facts.InitialLogLikelihood);
            json.WriteList("history", facts.LogLikelihoods, json.WriteReal);
            if (facts.Candidates.Count > 0)
            {
                json.WriteObjects("candidates", facts.Candidates, c =>
                {
                    FitCandidateFormat.Write(json, c, hasParameters: true, json.WriteReal);
                    if (c.Failure is { } failure) json.WriteString("failure", OptionNames.AsTyped(failure));
                });
            }
        }
        Saved.Model.WriteInspection(json);
        json.WritePropertyName("model");
        ModelFormat.Write(json, Saved.Model);
    }

    private void WriteFeatures(TextWriter target)
    {
        if (Saved.Features is not { } features) return;
        if (features.All(f => f is { Categories: null, Type: null, IsNullable: null, Minimum: null }))
        {
            target.WriteLine(
                $"features: {NameList.Text(features.Take(Most).Select(f => f.Name))}{(features.Count > Most
                    ? $" and {features.Count - Most} more"
                    : "")}");
            return;
        }
        var shown = ShownFeature.Of(features);
        target.WriteLine();
        TextTable.Write(target, ["feature", "type", "nulls", "values"],
            shown.Take(Most)
                .Select(f => new[] { f.Name, f.Feature.Type is { } type ? TypeNames.Of(type) : "-",
                    f.Feature.IsNullable switch { true => "possible", false => "none", _ => "-" }, Values(f) }));
        if (shown.Count > Most) target.WriteLine($"  and {shown.Count - Most} more");
    }

    /// <summary>The values of a column: its range, or its categories.</summary>
    public static string Values(ShownFeature column)
    {
        const int most = 8;
        if (column.Categories is { } names)
            return $"{(column.Feature.Category is null ? "" : "one-hot, ")}{(names.Count == 1 ? "1 category" : $"{Figures.Count(names.Count)} categories")}: "
                + $"{string.Join(", ", names.Take(most))}{(names.Count > most
                    ? $" and {Figures.Count(names.Count - most)} more"
                    : "")}";
        return column.Feature is { Minimum: { } low, Maximum: { } high } ? $"{low.Text(high - low)} to {high.Text(high - low)}" : "-";
    }

    private void WriteCandidates(TextWriter target)
    {
        if (Saved.Training is not { Candidates: { Count: > 0 } all }) return;
        target.WriteLine();
        target.WriteLine($"chosen among {Figures.Number(all.Count, "fit")}:");
        var (objective, sign) = Figures.Objective(Saved.Model.ObjectiveName);
        TextTable.Write(target, ["components", "restart", objective, "AIC", "BIC", "iterations", ""],
            all.Take(Most).Select(c => new[]
            {
                Figures.Count(c.Components), Figures.Count(c.Restart), Text(sign * c.LogLikelihood), Text(c.Aic), Text(c.Bic), Figures.Count(c.Iterations),
                c.Chosen ? "chosen" : c.Failure is { } why ? $"failed: {OptionNames.AsTyped(why)}" : Figures.Outcome(c),
            }),
            numeric: 6);
        if (all.Count > Most) target.WriteLine($"  and {all.Count - Most} more");

        static string Text(double value) => double.IsNaN(value) ? "-" : Figures.Real(value);
    }

    private void WriteInputs(Utf8JsonWriter json)
    {
        json.WriteObjects("inputs", Saved.Features ?? [], feature =>
        {
            json.WriteString("name", feature.Name);
            json.WriteString("type", feature.Type);
            FeatureTransformFormat.Write(json, feature.Transforms);
            if (feature.IsNullable is { } nullable) json.WriteBoolean("nullable", nullable);
            if (feature.Minimum is { } low) json.WriteReal("minimum", low);
            if (feature.Maximum is { } high) json.WriteReal("maximum", high);
            if (feature.Categories is { } categories)
            {
                json.WriteTexts("categories", categories);
            }
        });
    }
}
