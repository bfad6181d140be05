using System.Security.Cryptography;
using System.Text;
using Pipelines.Io;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks.Checkpoints;

/// <summary>
/// What one checkpoint file holds: the job, the fit after its last whole iteration (none before the first), the passes that were finished before there was a
/// state, and, in the middle of a pass, the statistics of the batches folded so far. As bytes: <c>PLFC</c>, version, the parts in this order, SHA-256 of all before it.
/// </summary>
/// <param name="Job">What the fit is of.</param>
/// <param name="State">The fit after its last iteration, as <see cref="Write(FitState, SavedModel)"/> made it; empty before the first evaluation.</param>
/// <param name="Finished">The statistics of each pass since then that is finished, in order.</param>
/// <param name="NextBatch">Of the pass after those, the batches before this one are in <paramref name="Partial"/>; 0 = none.</param>
/// <param name="Partial">Their statistics.</param>
/// <param name="Seen">What the passes saw of the data, as <see cref="SeenData.ToBytes"/> made it.</param>
internal sealed record FitCheckpoint(JobFacts Job, byte[] State, IReadOnlyList<byte[]> Finished, long NextBatch, byte[] Partial, byte[] Seen)
{
    /// <summary>The version this code writes and reads.</summary>
    public const int Version = 1;

    private const int HashBytes = 32;
    private const int MostBytes = 1 << 30;
    private const int MostFacts = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "PLFC"u8;

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write(Job.Facts.Count);
            foreach (var fact in Job.Facts)
            {
                writer.Write(fact.Name);
                writer.Write(fact.Value);
            }
            WriteBytes(writer, State);
            writer.Write(Finished.Count);
            foreach (var pass in Finished) WriteBytes(writer, pass);
            writer.Write(NextBatch);
            WriteBytes(writer, Partial);
            WriteBytes(writer, Seen);
        }
        stream.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>Reads a file's bytes; null if they are not whole: torn, cut off or changed.</summary>
    /// <exception cref="DataException">They are whole, but of another version.</exception>
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
                throw new DataException(DataErrorKind.Usage, place, $"a checkpoint of version {version}", $"version {Version}", "go on with the version of Pipelines that wrote it, or begin anew without --resume");
            var facts = new JobFact[Bounded(reader.ReadInt32(), MostFacts)];
            for (var i = 0; i < facts.Length; i++) facts[i] = new JobFact(reader.ReadString(), reader.ReadString());
            var state = ReadBytes(reader);
            var finished = new byte[Bounded(reader.ReadInt32(), MostFacts)][];
            for (var i = 0; i < finished.Length; i++) finished[i] = ReadBytes(reader);
            return new FitCheckpoint(new JobFacts(facts), state, finished, reader.ReadInt64(), ReadBytes(reader), ReadBytes(reader));
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A fit's state as bytes.</summary>
    /// <param name="state">The state.</param>
    /// <param name="model">Its model with its features.</param>
    public static byte[] Write(FitState state, SavedModel model)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
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
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The state of <see cref="State"/>, to the bit; null before the first evaluation.</summary>
    public (FitState State, SavedModel Model)? Read(string place)
    {
        if (State.Length == 0) return null;
        using var reader = new BinaryReader(new MemoryStream(State), Encoding.UTF8);
        var saved = SavedModel.FromJson(ReadBytes(reader), place);
        var initial = reader.ReadDouble();
        var history = new FitIteration[Bounded(reader.ReadInt32(), MostBytes)];
        for (var i = 0; i < history.Length; i++) history[i] = new FitIteration(i + 1, reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        var statistics = saved.Model.CreateStatistics();
        statistics.Load(reader);
        return (new FitState(saved.Model, statistics, initial, history), saved);
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
