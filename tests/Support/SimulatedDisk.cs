namespace Pipelines.Testing;

/// <summary>The process was killed or the machine lost its power: nothing is done any more. No kind of error that any code handles.</summary>
public sealed class KilledException() : Exception("the simulated machine stopped here");

/// <summary>
/// A disk over a real folder that counts every step, stops before any of them as a killed process does, fills up, and loses its power: then what was not
/// synchronised may be gone or garbage, and names that were not made durable may be as they were before. What is lost is chosen by a seed.
/// </summary>
/// <remarks>
/// Of names, a disk with a journal keeps the steps of one folder in their order: it shows all steps up to some point, and none after. A rename belongs to both
/// of its folders, making and deleting a folder to that folder too. Nothing really waits for the disk below, so thousands of runs take seconds.
/// </remarks>
internal sealed class SimulatedDisk : FileLayer, IDisposable
{
    private readonly string shadow = Directory.CreateTempSubdirectory("pipelines-shadow-").FullName;
    private readonly Dictionary<string, Content> contents = new(StringComparer.Ordinal);
    private readonly List<NameStep> steps = [];
    private readonly HashSet<SimulatedFile> open = [];
    private int shadows;

    /// <summary>What one step does.</summary>
    public enum StepKind
    {
        /// <summary>Makes a file.</summary>
        Create,

        /// <summary>Opens a file to append.</summary>
        Append,

        /// <summary>Writes bytes.</summary>
        Write,

        /// <summary>Makes a file's bytes durable.</summary>
        Sync,

        /// <summary>Renames a file.</summary>
        Rename,

        /// <summary>Deletes a file.</summary>
        Delete,

        /// <summary>Makes a folder.</summary>
        CreateFolder,

        /// <summary>Deletes a folder.</summary>
        DeleteFolder,

        /// <summary>Makes a folder's names durable.</summary>
        SyncFolder,
    }

    /// <summary>Steps done or begun so far.</summary>
    public int Steps { get; private set; }

    /// <summary>What the steps were, in order.</summary>
    public List<StepKind> Log { get; } = [];

    /// <summary>The machine stops at this step, from 1, in the middle of it if it writes; null = never.</summary>
    public int? KillAt { get; init; }

    /// <summary>Bytes that may be written before the disk is full; null = any number.</summary>
    public long? Room { get; init; }

    /// <summary>True once the machine has stopped.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Bytes written so far.</summary>
    public long Written { get; private set; }

    /// <inheritdoc/>
    public override Stream Create(string path)
    {
        Step(StepKind.Create);
        path = Path.GetFullPath(path);
        if (File.Exists(path)) Hide(path);
        base.Create(path).Dispose();
        contents[path] = new Content();
        var made = path;
        Record([Parent(path)], () => Remove(made));
        return new SimulatedFile(this, path, contents[path]);
    }

    /// <inheritdoc/>
    public override Stream Append(string path)
    {
        Step(StepKind.Append);
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
        {
            base.Append(path).Dispose();
            contents[path] = new Content();
            Record([Parent(path)], () => Remove(path));
        }
        return new SimulatedFile(this, path, ContentOf(path));
    }

    /// <inheritdoc/>
    public override void Sync(Stream file)
    {
        Step(StepKind.Sync);
        var simulated = (SimulatedFile)file;
        simulated.Content.Synced = simulated.Content.Length;
    }

    /// <inheritdoc/>
    public override void Rename(string from, string to)
    {
        Step(StepKind.Rename);
        (from, to) = (Path.GetFullPath(from), Path.GetFullPath(to));
        // One step, as on a real disk: what stood there is replaced at once, or not at all.
        var replaced = File.Exists(to) ? Shadow(to) : null;
        File.Move(from, to);
        Move(from, to);
        Record([Parent(from), Parent(to)], () =>
        {
            File.Move(to, from);
            Move(to, from);
            if (replaced is not null) Unshadow(replaced, to);
        });
    }

    /// <inheritdoc/>
    public override void Delete(string path)
    {
        Step(StepKind.Delete);
        path = Path.GetFullPath(path);
        if (File.Exists(path)) Hide(path);
    }

    /// <inheritdoc/>
    public override void CreateFolder(string path)
    {
        Step(StepKind.CreateFolder);
        path = Path.GetFullPath(path);
        if (Directory.Exists(path)) return;
        base.CreateFolder(path);
        Record([Parent(path), path], () =>
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        });
    }

    /// <inheritdoc/>
    public override void DeleteFolder(string path)
    {
        Step(StepKind.DeleteFolder);
        path = Path.GetFullPath(path);
        if (!Directory.Exists(path)) return;
        base.DeleteFolder(path);
        Record([Parent(path), path], () => Directory.CreateDirectory(path));
    }

    /// <inheritdoc/>
    public override void SyncFolder(string path)
    {
        Step(StepKind.SyncFolder);
        if (!Directory.Exists(path)) throw new IOException($"the folder {path} cannot be opened to make its entries durable");
        // A journal is written in order: what these steps rest on is durable with them.
        HashSet<string> durable = [Path.GetFullPath(path)];
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            if (!steps[i].Folders.Any(durable.Contains)) continue;
            durable.UnionWith(steps[i].Folders);
            steps.RemoveAt(i);
        }
    }

    /// <summary>Stops the machine, as at <see cref="KillAt"/>.</summary>
    public void Kill() => IsDead = true;

    /// <summary>Cuts the power: the folder is then what a restarted machine finds.</summary>
    /// <param name="seed">Chooses what is lost.</param>
    public void CutPower(int seed)
    {
        IsDead = true;
        foreach (var file in open.ToArray()) file.Dispose();
        var random = new Random(seed);
        foreach (var step in Lost(random))
        {
            step.Undo();
            steps.Remove(step);
        }
        foreach (var (path, content) in contents)
            if (File.Exists(path) && content.Length > content.Synced) Damage(path, content, random);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in open.ToArray()) file.Dispose();
        Directory.Delete(shadow, recursive: true);
    }

    /// <summary>The steps that never came to the disk, the last one first.</summary>
    private List<NameStep> Lost(Random random)
    {
        var lost = new HashSet<NameStep>();
        if (random.Next(3) == 0) lost.UnionWith(steps.Skip(random.Next(steps.Count + 1)));
        else
        {
            // Each folder at a point of its own; a step is lost with the first lost one of any of its folders.
            HashSet<string> cut = [];
            foreach (var step in steps)
            {
                if (!step.Folders.Any(cut.Contains) && random.Next(4) != 0) continue;
                lost.Add(step);
                cut.UnionWith(step.Folders);
            }
        }
        return [.. steps.AsEnumerable().Reverse().Where(lost.Contains)];
    }

    private static void Damage(string path, Content content, Random random)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var lost = (int)(content.Length - content.Synced);
        switch (random.Next(4))
        {
            case 0: file.SetLength(content.Synced); break;
            case 1: file.SetLength(content.Synced + random.Next(lost + 1)); break;
            default:
                // The length came to the disk, but not the bytes: some blocks are as they were, the others zeros or what stood there before.
                var bytes = new byte[lost];
                file.Position = content.Synced;
                file.ReadExactly(bytes);
                for (var at = 0; at < lost; at += 64)
                {
                    var block = bytes.AsSpan(at, Math.Min(64, lost - at));
                    switch (random.Next(3))
                    {
                        case 0: block.Clear(); break;
                        case 1: random.NextBytes(block); break;
                        default: break;
                    }
                }
                file.Position = content.Synced;
                file.Write(bytes);
                break;
        }
    }

    private static string Parent(string path) => Path.GetDirectoryName(path)!;

    private void Step(StepKind kind)
    {
        if (IsDead) throw new KilledException();
        Steps++;
        Log.Add(kind);
        if (Steps != KillAt) return;
        IsDead = true;
        if (kind != StepKind.Write) throw new KilledException();
    }

    private void Record(string[] folders, Action undo) => steps.Add(new NameStep(folders, undo));

    // Takes a file's name away, but keeps what stood there: the name may come back with it.
    private void Hide(string path)
    {
        var kept = Shadow(path);
        Record([Parent(path)], () =>
        {
            if (Directory.Exists(Parent(path))) Unshadow(kept, path);
        });
    }

    private string Shadow(string path)
    {
        var kept = Path.Combine(shadow, $"{shadows++}");
        File.Move(path, kept);
        Move(path, kept);
        return kept;
    }

    private void Unshadow(string kept, string path)
    {
        File.Move(kept, path);
        Move(kept, path);
    }

    private void Remove(string path)
    {
        File.Delete(path);
        contents.Remove(path);
    }

    private Content ContentOf(string path)
    {
        if (!contents.TryGetValue(path, out var content))
        {
            // It was there before this disk: durable.
            var length = new FileInfo(path).Length;
            contents[path] = content = new Content { Length = length, Synced = length };
        }
        return content;
    }

    private void Move(string from, string to)
    {
        if (contents.Remove(from, out var content)) contents[to] = content;
        else contents.Remove(to);
    }

    private sealed record NameStep(string[] Folders, Action Undo);

    private sealed class Content
    {
        public long Length { get; set; }

        public long Synced { get; set; }
    }

    private sealed class SimulatedFile : Stream
    {
        private readonly SimulatedDisk disk;
        private readonly FileStream inner;

        public SimulatedFile(SimulatedDisk disk, string path, Content content)
        {
            (this.disk, Content) = (disk, content);
            inner = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0
            });
            disk.open.Add(this);
        }

        public Content Content { get; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Content.Length;

        public override long Position { get => Content.Length; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            disk.Step(StepKind.Write);
            var count = disk.IsDead ? buffer.Length / 2 : (int)Math.Min(buffer.Length, (disk.Room ?? long.MaxValue) - disk.Written);
            inner.Write(buffer[..count]);
            Content.Length += count;
            disk.Written += count;
            if (disk.IsDead) throw new KilledException();
            if (count < buffer.Length) throw new IOException("No space left on device");
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            // Nothing is buffered.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing && disk.open.Remove(this)) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
