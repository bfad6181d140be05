using Pipelines.Campaigns.Parquet;
using Pipelines.Io.Format;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>A footer's bytes.</summary>
internal sealed class FooterTarget : FuzzTarget
{
    public override string Name => "footer";

    public override async Task<IReadOnlyList<byte[]>> SeedsAsync() => [
        .. (await SmallFiles.AllAsync()).Select(bytes => bytes[(bytes.Length - 8 - BitConverter.ToInt32(bytes, bytes.Length - 8))..^8])];

    public override void Run(byte[] input)
    {
        try
        {
            var footer = FooterParser.Parse(input, 1 << 20);
            // What was accepted adds up.
            if (footer.Rows != footer.RowGroups.Sum(g => g.Rows)) throw new InvalidOperationException("the rows do not add up");
            foreach (var chunk in footer.RowGroups.SelectMany(g => g.Chunks))
                if (chunk.Obstacle is null && chunk.Values > 0 && (chunk.Offset < 4 || chunk.Offset + chunk.CompressedBytes > 1 << 20))
                    throw new InvalidOperationException("a chunk outside of the file");
        }
        catch (BrokenFileException)
        {
            // Refused.
        }
    }
}
