namespace Pipelines.Cli.Settings;

/// <summary>What an option says of itself when its value is wrong.</summary>
internal interface ISetting
{
    /// <summary>What is right, in words: <c>a whole number of at least 1</c>.</summary>
    string Expected { get; }

    /// <summary>A value that is right.</summary>
    string Example { get; }

    /// <summary>What is wrong with the value that was given; null if nothing is.</summary>
    UsageError? Error { get; }
}
