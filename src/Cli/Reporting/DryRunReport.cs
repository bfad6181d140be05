using System.Text.Json;
using Pipelines.Blocks;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Io;
using Pipelines.Io.Storage;

namespace Pipelines.Cli.Reporting;

/// <summary>A report of what a run would do.</summary>
/// <param name="Job">Describes the job.</param>
internal sealed record DryRunReport(string Job)
{
    private const int MostFiles = 20;
    private const int MostColumns = 20;

    /// <summary>The plan; null if an error occurred before it was made.</summary>
    public RunPlan? Plan { get; init; }

    /// <summary>The passes over the data, one line each.</summary>
    public IReadOnlyList<string> Passes { get; init; } = [];

    /// <summary>The output of the fitted model; null for a run that does not fit one.</summary>
    public OutputPreview? Model { get; init; }

    /// <summary>How the inputs match the model; null if there is no model yet.</summary>
    public SchemaContract? Contract { get; init; }

    /// <summary>Why the run would fail at its start; null if it would not.</summary>
    public Failure? Error { get; init; }

    private IEnumerable<(string What, OutputPreview Preview)> Outputs => (Model is null ? [] : new[] { ("model", Model) }).Concat(Plan?.Outputs ?? []);

    /// <summary>For people.</summary>
    public void WriteText(TextWriter target)
    {
        target.WriteLine("dry run: only footers were read, nothing was written");
        Write(target, "job", Job);
        if (Plan is not null) WriteInput(target, Plan);
        if (Error is null) Write(target, "passes", [.. Passes]);
        if (Plan is not null) WriteMemory(target, Plan);
        WriteOutput(target);
        WriteContract(target);
    }

    /// <summary>For scripts.</summary>
    public void WriteJson(ToolConsole console) => JsonObject.Write(console, json =>
    {
        json.WriteBoolean("dryRun", true);
        json.WriteString("job", Job);
        if (Plan is { } plan) WriteJson(json, plan);
        WriteTexts(json, "passes", Passes);
        json.WriteStartArray("outputs");
        foreach (var (what, preview) in Outputs)
        {
            json.WriteStartObject();
            json.WriteString("what", what);
            json.WriteString("path", preview.Path);
            json.WriteString("state", OptionNames.AsTyped(preview.State));
            json.WriteNumber("rowsDone", preview.RowsDone);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("contract");
        foreach (var finding in Contract?.Findings ?? [])
        {
            json.WriteStartObject();
            json.WriteString("outcome", finding.Outcome.ToString().ToLowerInvariant());
            json.WriteString("change", JsonNamingPolicy.CamelCase.ConvertName(finding.Change.ToString()));
            json.WriteString("file", finding.File);
            json.WriteString("column", finding.Column);
            json.WriteString("found", OptionNames.AsTyped(finding.Found));
            json.WriteString("expected", finding.Expected);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Error?.WriteJson(json);
    });

    private static void WriteInput(TextWriter target, RunPlan plan)
    {
        var bytes = plan.Files.Sum(f => f.Bytes);
        Write(target, "input", $"{Figures.Number(plan.Files.Count, "file")}, {(plan.Rows is { } rows ? Figures.Number(rows, "row") : "rows not known")}, "
            + $"{Figures.Bytes(bytes)}");
        var shown = plan.Files.Take(MostFiles).Select(f => new[] { Figures.Count(f.Rows), Figures.Bytes(f.Bytes), f.Name }).ToList();
        if (shown.Count > 0) TextTable.Write(target, ["          rows", "size", "file"], shown, numeric: 2);
        if (plan.Files.Count > MostFiles) Write(target, "", $"and {Figures.Number(plan.Files.Count - MostFiles, "file")} more");
        var read = plan.Read.Fields.Count;
        Write(target, "reads",
            $"{(plan.Others.Count == 0
                ? $"all {Figures.Number(read, "column")}"
                : $"{Figures.Count(read)} of {Figures.Number(read + plan.Others.Count, "column")}")}: {Names(plan.Read.Fields.Select(f => f.Name))}");
        var uneven = plan.Read.Fields.Select(f => f.Union).OfType<ColumnUnion>().ToList();
        if (uneven.Count > 0)
            Write(target, "differing", [.. uneven.Take(MostColumns).Select(u => $"{u.Name}: {u.Difference}"),
                .. uneven.Count > MostColumns ? [$"and {Figures.Number(uneven.Count - MostColumns, "column")} more"] : Array.Empty<string>()]);
        if (plan.Engines.Count > 0)
            Write(target, "engine", string.Join(", ", plan.Engines.Select(e => $"{e.Name} for {Figures.Number(e.RowGroups, "row group")}")));
        var batches = plan.Batches is { } count ? Figures.Number(count, "batch", "batches") : "batches";
        Write(target, "batches", $"{batches} of up to {Figures.Number(plan.Options.BatchSize, "row")}, {plan.Options.Parallelism} at a time");
    }

    private static void WriteMemory(TextWriter target, RunPlan plan)
    {
        var memory = plan.Memory;
        Write(target, "memory", $"at most {Figures.Bytes(memory.HeapBytes)}");
        var rest = memory.HeapBytes - memory.FlightBytes - memory.ReadAheadBytes - memory.DecoderBytes - memory.CacheBytes - memory.StatisticsBytes;
        (long Bytes, string What)[] shares =
        [
            (memory.FlightBytes, $"batches in flight, at most {memory.Credits}"), (memory.ReadAheadBytes, "rows read ahead"), (memory.DecoderBytes, "decoders"),
            (memory.CacheBytes, "decoded features kept for later passes, if any"), (memory.StatisticsBytes, "statistics of the fits that share each pass"),
            (rest, "garbage not yet collected"),
        ];
        foreach (var (bytes, what) in shares.Where(s => s.Bytes > 0)) Write(target, "", $"{Figures.Bytes(bytes),9} {what}");
        if (plan.Cache is not { } cache) return;
        Write(target, "cache", cache.Spilled == 0
            ? $"{Figures.Bytes(cache.Bytes)} of decoded features, all in memory"
            : $"{Figures.Bytes(cache.Bytes)} of decoded features: {Figures.Bytes(cache.InMemory)} in memory, {Figures.Bytes(cache.Spilled)} in a private "
                + $"temporary file in {cache.Folder}");
    }

    private void WriteOutput(TextWriter target)
    {
        foreach (var (what, preview) in Outputs)
        {
            Write(target, what, $"{preview.Path} ({OptionNames.AsTyped(preview.State)})");
            if (what != "output" || Plan is not { } plan) continue;
            var size = plan.WrittenBytes is { } bytes ? $", about {Figures.Bytes(bytes)}" : "";
            if (plan.Parts is { } parts) Write(target, "", $"{Figures.Number(parts, "part")}{size}, then the manifest");
            else if (size.Length > 0) Write(target, "", $"one file{size}");
            if (plan.Written is { } written)
                Write(target, "", $"{Figures.Number(written.Fields.Count, "column")}: {Names(written.Fields.Select(f => f.Name))}");
        }
    }

    private void WriteContract(TextWriter target)
    {
        if (Contract is null) return;
        string[] Lines(IReadOnlyList<SchemaFinding> findings, string what) =>
            [.. findings.Take(MostFiles).Select(f => OptionNames.AsTyped($"{what}: {f}")),
                .. findings.Count > MostFiles ? [$"and {Figures.Count(findings.Count - MostFiles)} more"] : Array.Empty<string>()];
        string[] lines = [.. Lines(Contract.Errors, "error"), .. Lines(Contract.Warnings, "warning"),
            .. Lines([.. Contract.Findings.Where(f => f.Outcome == SchemaOutcome.Noted)], "note")];
        var whole = Contract.IsOfFit ? " as they were when it was fitted" : "; the model file does not say what they were when it was fitted";
        if (Contract.Errors.Count + Contract.Warnings.Count == 0) lines = [$"every file has the model's features{whole}", .. lines];
        Write(target, "features", lines);
    }

    private static void WriteJson(Utf8JsonWriter json, RunPlan plan)
    {
        if (plan.Rows is { } rows) json.WriteNumber("rows", rows);
        json.WriteNumber("bytes", plan.Files.Sum(f => f.Bytes));
        json.WriteStartArray("files");
        foreach (var file in plan.Files)
        {
            json.WriteStartObject();
            json.WriteString("file", file.Name);
            json.WriteNumber("rows", file.Rows);
            json.WriteNumber("bytes", file.Bytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteTexts(json, "columnsRead", plan.Read.Fields.Select(f => f.Name));
        WriteTexts(json, "columnsNotRead", plan.Others);
        UnionJson.Write(json, "columnsDiffering", plan.Read.Fields.Select(f => f.Union).OfType<ColumnUnion>());
        json.WriteStartObject("engines");
        foreach (var (name, groups) in plan.Engines) json.WriteNumber(name, groups);
        json.WriteEndObject();
        json.WriteNumber("batchSize", plan.Options.BatchSize);
        if (plan.Batches is { } batches) json.WriteNumber("batches", batches);
        json.WriteNumber("parallelism", plan.Options.Parallelism);
        json.WriteStartObject("memory");
        json.WriteNumber("budgetBytes", plan.Memory.HeapBytes);
        json.WriteNumber("batchesInFlight", plan.Memory.Credits);
        json.WriteNumber("flightBytes", plan.Memory.FlightBytes);
        json.WriteNumber("readAheadBytes", plan.Memory.ReadAheadBytes);
        json.WriteNumber("decoderBytes", plan.Memory.DecoderBytes);
        json.WriteNumber("cacheBytes", plan.Memory.CacheBytes);
        json.WriteNumber("statisticsBytes", plan.Memory.StatisticsBytes);
        json.WriteEndObject();
        if (plan.Cache is { } cache)
        {
            json.WriteStartObject("cache");
            json.WriteNumber("bytes", cache.Bytes);
            json.WriteNumber("inMemoryBytes", cache.InMemory);
            json.WriteNumber("spilledBytes", cache.Spilled);
            json.WriteString("spillFolder", cache.Folder);
            json.WriteEndObject();
        }
        if (plan.Written is { } written) WriteTexts(json, "columnsWritten", written.Fields.Select(f => f.Name));
        if (plan.Parts is { } parts) json.WriteNumber("parts", parts);
        if (plan.WrittenBytes is { } bytes) json.WriteNumber("estimatedBytes", bytes);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return NameList.Text(all.Take(MostColumns)) + (all.Count > MostColumns ? $" and {Figures.Count(all.Count - MostColumns)} more" : "");
    }

    private static void Write(TextWriter target, string label, params IReadOnlyList<string> lines)
    {
        for (var i = 0; i < lines.Count; i++) target.WriteLine($"{(i == 0 ? label : ""),-11} {lines[i]}".TrimEnd());
    }
}
