using System.Globalization;
using Pipelines.Io;

namespace Pipelines.Ends.Tests;

/// <summary>
/// A resumable sink of one's own: a file for each batch, with a line for each row, and beside it the rejected rows. The file <c>job</c> names the job, and
/// <c>done</c> marks the output as complete.
/// </summary>
/// <param name="folder">Where they are written.</param>
/// <param name="resume">True: resume.</param>
internal sealed class LinesSink(string folder, bool resume) : IResumableSink, IPlannedSink, IQuarantiningSink
{
    private readonly List<string> calls = [];
    private bool isOpen;

    public string Name => folder;

    public bool Resume => resume;

    public bool KeepsRejectedRows => true;

    // Each batch is kept as soon as it is written.
    public bool IsAtSafePoint => true;

    public IReadOnlyList<JobProperty> JobProperties => [new("lines", "numbers only")];

    public IReadOnlyList<string> Warnings => ["lines are not sorted"];

    public IReadOnlyList<string> Files => [.. Directory.GetFiles(folder, "*.lines").Order(StringComparer.Ordinal)];

    /// <summary>What was called, in order.</summary>
    public IReadOnlyList<string> Calls => calls;

    public void CheckInput(BatchSchema input)
    {
        calls.Add("check");
        if (input.IndexOf("line") >= 0) throw new FlowException(ErrorKind.Usage, folder, "a column 'line'", "other names", "rename it");
    }

    public SinkPlan Plan(JobIdentity? job, long? batches, int batchSize)
    {
        calls.Add("plan");
        var done = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.lines").Length : 0;
        return new([("lines", new OutputPreview(folder, job is null ? "cannot be resumed" : $"{done} files", (long)done * batchSize))], batches);
    }

    public ValueTask<ResumePoint> ResumeAsync(JobIdentity job, CancellationToken cancellationToken)
    {
        calls.Add("resume");
        var facts = string.Join('\n', job.Properties.Select(p => $"{p.Name}={p.Value}"));
        var path = Path.Combine(folder, "job");
        if (!resume && Directory.Exists(folder)) Directory.Delete(folder, true);
        if (resume && File.Exists(path) && File.ReadAllText(path) != facts)
            throw new FlowException(ErrorKind.Data, folder, "an output of another job", "the same job", "give another folder");
        Directory.CreateDirectory(folder);
        File.WriteAllText(path, facts);
        var files = Directory.GetFiles(folder, "*.lines");
        var (rows, rejected) = (files.Sum(f => File.ReadLines(f).Count()), Directory.GetFiles(folder, "*.bad").Sum(f => File.ReadLines(f).Count()));
        return new(new ResumePoint(files.Length, rows + rejected, rows, rejected, File.Exists(Path.Combine(folder, "done"))));
    }

    public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken)
    {
        calls.Add("open");
        Directory.CreateDirectory(folder);
        isOpen = true;
        return default;
    }

    public ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken)
    {
        if (!isOpen) throw new InvalidOperationException("not open");
        var lines = Enumerable.Range(0, batch.Rows).Select(r => Convert.ToString(batch["i"].GetValue(r), CultureInfo.InvariantCulture)!);
        if (batch.Rejected is { } rejected) File.WriteAllLines(Path.Combine(folder, $"{batch.Index:D5}.bad"), rejected.Rows.Select(r => $"{r.Reason}"));
        File.WriteAllLines(Path.Combine(folder, $"{batch.Index:D5}.lines"), lines);
        return default;
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        calls.Add("complete");
        File.WriteAllText(Path.Combine(folder, "done"), "");
        return default;
    }

    public ValueTask DisposeAsync()
    {
        calls.Add("dispose");
        return default;
    }
}
