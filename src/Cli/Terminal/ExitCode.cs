namespace Pipelines.Cli.Terminal;

/// <summary>The exit codes of the process. Scripts rely on them.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed: a storage error, or a bug in the tool.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage; nothing was read.</summary>
    public const int Usage = 2;

    /// <summary>The input data were rejected.</summary>
    public const int Data = 3;

    /// <summary>Cancelled by Ctrl-C or SIGTERM.</summary>
    public const int Cancelled = 130;
}
