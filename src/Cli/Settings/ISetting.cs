using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>What an option reports when its value is invalid.</summary>
internal interface ISetting
{
    /// <summary>Describes the valid values: <c>a whole number of at least 1</c>.</summary>
    string Expected { get; }

    /// <summary>A valid value.</summary>
    string Example { get; }

    /// <summary>What is wrong with the given value; null if it is valid.</summary>
    UsageError? Error { get; }
}
