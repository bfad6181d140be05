using Pipelines.Campaigns.Parquet;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>A page header's bytes.</summary>
internal sealed class PageHeaderTarget : FuzzTarget
{
    public override string Name => "page-header";

    public override int LongestInput => 1 << 10;

    public override async Task<IReadOnlyList<byte[]>> SeedsAsync() => [.. (await SmallFiles.AllAsync()).Select(bytes => bytes[4..Math.Min(bytes.Length, 104)])];

    public override void Run(byte[] input)
    {
        try
        {
            var header = PageHeader.Parse(input, out var length);
            if (length > input.Length || header.CompressedBytes < 0 || header.UncompressedBytes < 0)
                throw new InvalidOperationException("a header that cannot be");
        }
        catch (BrokenFileException)
        {
            // Refused.
        }
    }
}
