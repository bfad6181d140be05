using ParquetSharp;

namespace Pipelines.Io.Sharp;

/// <summary>A file opened by Arrow, with the options of all of its readers.</summary>
internal sealed class ArrowFile : IDisposable
{
    private readonly ReaderProperties properties = ReaderProperties.GetDefaultReaderProperties();
    private readonly FileDecryptionProperties? decryption;

    public ArrowFile(string path, DecryptionKeys? keys, int bufferBytes)
    {
        try
        {
            // Without the buffer, column chunks would be read whole.
            properties.EnableBufferedStream();
            properties.BufferSize = bufferBytes;
            properties.EnablePageChecksumVerification();
            if (keys is not null) properties.FileDecryptionProperties = decryption = ArrowKeys.For(keys);
            Reader = new ParquetFileReader(path, properties);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ParquetFileReader Reader { get; } = null!;

    public void Dispose()
    {
        Reader?.Dispose();
        decryption?.Dispose();
        properties.Dispose();
    }
}
