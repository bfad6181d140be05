using System.Security.Cryptography;
using System.Text;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Checkpoints;

/// <summary>
/// The contents of one checkpoint file: the job, the fit after its last complete iteration (none before the first) or all fits that share passes, the passes
/// completed before there was a state, and, in the middle of a pass, the fold with its open subtotal. Byte layout: <c>PLFC</c>, version, the parts
/// in this order, SHA-256 of everything before it.
/// </summary>
/// <param name="Job">Describes the fit.</param>
/// <param name="State">The fit after its last iteration, as written by <see cref="Write"/>; empty before the first evaluation.</param>
/// <param name="Finished">The fold of each pass completed since then, in order.</param>
/// <param name="Partial">The fold of the pass after those, as far as it had come; empty = it had not begun.</param>
/// <param name="Seen">What the passes recorded about the data, the saved form of <see cref="SeenData"/>.</param>
internal sealed record FitCheckpoint(JobIdentity Job, byte[] State, IReadOnlyList<byte[]> Finished, byte[] Partial, byte[] Seen)
{
    /// <summary>The version this code writes and reads.</summary>
    public const int Version = 5;

    private const int HashBytes = 32;
    private const int MostFacts = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "PLFC"u8;

    /// <summary>True for a file that starts like a checkpoint or is empty; other files with such a name are never deleted.</summary>
    public static bool IsOne(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> head = stackalloc byte[Magic.Length];
        return RandomAccess.Read(file, head, 0) is var length && (length == 0 || head[..length].SequenceEqual(Magic));
    }

    /// <summary>Returns the file's bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write(Job.Properties.Count);
            foreach (var fact in Job.Properties)
            {
                writer.Write(fact.Name);
                writer.Write(fact.Value);
            }
            WriteBytes(writer, State);
            writer.Write(Finished.Count);
            foreach (var pass in Finished) WriteBytes(writer, pass);
            WriteBytes(writer, Partial);
            WriteBytes(writer, Seen);
        }
        stream.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>Parses a file's bytes; null if they are truncated or altered.</summary>
    /// <exception cref="FlowException">The bytes are intact but of another version.</exception>
    public static FitCheckpoint? FromBytes(byte[] bytes, string place)
    {
        if (bytes.Length < Magic.Length + sizeof(int) + HashBytes || !bytes.AsSpan().StartsWith(Magic)) return null;
        var content = bytes.AsSpan(0, bytes.Length - HashBytes);
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length))) return null;
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, Magic.Length, content.Length - Magic.Length), Encoding.UTF8);
            var version = reader.ReadInt32();
            if (version != Version)
                throw new FlowException(ErrorKind.Usage, place, $"a checkpoint of version {version}", $"version {Version}",
                    "resume with the version of Pipelines that wrote it, or start over (without CheckpointOptions.Resume)");
            var facts = new JobProperty[Bounded(reader.ReadInt32(), MostFacts)];
            for (var i = 0; i < facts.Length; i++) facts[i] = new JobProperty(reader.ReadString(), reader.ReadString());
            var state = ReadBytes(reader);
            var finished = new byte[Bounded(reader.ReadInt32(), MostFacts)][];
            for (var i = 0; i < finished.Length; i++) finished[i] = ReadBytes(reader);
            return new FitCheckpoint(new JobIdentity(facts), state, finished, ReadBytes(reader), ReadBytes(reader));
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Serializes the states of fits.</summary>
    /// <param name="fits">The fits that share passes, in order; null for one that has no state yet.</param>
    /// <param name="isSeveral">False for a single fit.</param>
    /// <param name="features">The models' features.</param>
    public static byte[] Write(IReadOnlyList<FitState?> fits, bool isSeveral, IReadOnlyList<Feature>? features)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(isSeveral);
        writer.Write(fits.Count);
        foreach (var fit in fits)
        {
            writer.Write(fit is not null);
            if (fit is not null) WriteFit(writer, fit, new SavedModel(fit.Model, features));
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Restores the states written by <see cref="State"/>, bit for bit; null before the first evaluation.</summary>
    public KeptFits? Read(string place)
    {
        if (State.Length == 0) return null;
        try
        {
            using var reader = new BinaryReader(new MemoryStream(State), Encoding.UTF8);
            var isSeveral = reader.ReadBoolean();
            var fits = new FitState?[Bounded(reader.ReadInt32(), State.Length)];
            IReadOnlyList<Feature>? features = null;
            for (var i = 0; i < fits.Length; i++)
                if (reader.ReadBoolean()) fits[i] = ReadFit(reader, place, ref features);
            if (!isSeveral && fits is not [not null]) throw new FormatException("no state of the fit");
            return new KeptFits(fits, isSeveral, features);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException or ModelException)
        {
            throw new FlowException(ErrorKind.Data, place, $"a checkpoint whose state cannot be read ({e.Message})", "a checkpoint of this version",
                "start over (without CheckpointOptions.Resume)", e);
        }
    }

    private static void WriteFit(BinaryWriter writer, FitState state, SavedModel model)
    {
        WriteBytes(writer, model.ToJson());
        writer.Write(state.InitialLogLikelihood);
        writer.Write(state.History.Count);
        foreach (var iteration in state.History)
        {
            writer.Write(iteration.LogLikelihood);
            writer.Write(iteration.Improvement);
            writer.Write(iteration.Seconds);
        }
        state.Statistics.Save(writer);
        writer.Write(state.Sample is not null);
        if (state.Sample is { } sample) WriteSample(writer, sample);
        writer.Write(state.Mixed.Count);
        foreach (var (input, output) in state.Mixed)
        {
            input.Save(writer);
            output.Save(writer);
        }
    }

    private static void WriteSample(BinaryWriter writer, FeatureSample sample)
    {
        writer.Write(sample.Rows);
        writer.Write(sample.Columns);
        writer.Write(sample.TotalRows);
        foreach (var value in sample.Values) writer.Write(value);
        foreach (var weight in sample.Weights) writer.Write(weight);
    }

    private static FeatureSample ReadSample(BinaryReader reader)
    {
        var left = (int)(reader.BaseStream.Length - reader.BaseStream.Position) / sizeof(double);
        var rows = Bounded(reader.ReadInt32(), left);
        var columns = Bounded(reader.ReadInt32(), left / Math.Max(1, rows));
        var total = reader.ReadInt64();
        var values = new double[rows, columns];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) values[i, j] = reader.ReadDouble();
        var weights = new double[rows];
        for (var i = 0; i < rows; i++) weights[i] = reader.ReadDouble();
        return new(values, weights, total);
    }

    private static FitState ReadFit(BinaryReader reader, string place, ref IReadOnlyList<Feature>? features)
    {
        var saved = SavedModel.FromJson(ReadBytes(reader), place);
        features = saved.Features;
        var initial = reader.ReadDouble();
        // Each iteration takes three numbers, so the remaining bytes limit the number of iterations.
        var history = new FitIteration[Bounded(reader.ReadInt32(), (int)(reader.BaseStream.Length / 24))];
        for (var i = 0; i < history.Length; i++) history[i] = new FitIteration(i + 1, reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        var statistics = Sums();
        FeatureSample? sample = reader.ReadBoolean() ? ReadSample(reader) : null;
        var mixed = new MixedStep[Bounded(reader.ReadInt32(), AndersonMixing.Most)];
        for (var i = 0; i < mixed.Length; i++) mixed[i] = new(Sums(), Sums());
        return new FitState(saved.Model, statistics, initial, history) { Sample = sample, Mixed = mixed };

        Statistics Sums()
        {
            var sums = saved.Model.CreateStatistics();
            sums.Load(reader);
            return sums;
        }
    }

    private static void WriteBytes(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBytes(BinaryReader reader)
    {
        var bytes = new byte[Bounded(reader.ReadInt32(), (int)(reader.BaseStream.Length - reader.BaseStream.Position))];
        reader.BaseStream.ReadExactly(bytes);
        return bytes;
    }

    private static int Bounded(int count, int most) => count >= 0 && count <= most ? count : throw new FormatException($"a count of {count}");
}

/// <summary>The fits in a checkpoint.</summary>
/// <param name="Fits">In order; null for one without a state.</param>
/// <param name="IsSeveral">False for a single fit.</param>
/// <param name="Features">The models' features; null if they have no names.</param>
internal sealed record KeptFits(IReadOnlyList<FitState?> Fits, bool IsSeveral, IReadOnlyList<Feature>? Features)
{
    /// <summary>Number of completed iterations; for several fits, the largest.</summary>
    public int Iterations => Fits.Max(f => f?.History.Count) ?? 0;
}
