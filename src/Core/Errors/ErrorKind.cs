namespace Pipelines;

/// <summary>The kind of mistake an error reports; it determines the command line's exit code.</summary>
public enum ErrorKind
{
    /// <summary>The data cannot be used: a broken or unsupported file, a missing column, infinite values, too few distinct rows …</summary>
    Data,

    /// <summary>A path, an option or a combination of options is wrong.</summary>
    Usage,

    /// <summary>A model file cannot be read, or does not fit its use.</summary>
    ModelFile,

    /// <summary>Storage failed: permission, full disk, vanished file, an output that another run holds …</summary>
    Storage,

    /// <summary>What was asked for takes more memory than there is.</summary>
    Memory,
}
