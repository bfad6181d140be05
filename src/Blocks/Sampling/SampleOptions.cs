using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>What is drawn from a model. Checked as a whole before anything is drawn.</summary>
public sealed record SampleOptions
{
    /// <summary>Number of rows, 1 … 2^53.</summary>
    public required long Rows { get; init; }

    /// <summary>Seed; default 0. With the batch size it fixes the rows to the bit: each batch has a stream of random numbers of its own.</summary>
    public long Seed { get; init; }

    /// <summary>Name of a column (INT32) for the number of the component that a row came from; null (default) = none. The rows do not depend on it.</summary>
    public string? Label { get; init; }

    /// <summary>Checks all options together.</summary>
    /// <param name="model">What is drawn from.</param>
    /// <param name="names">Names of the features.</param>
    /// <exception cref="ModelException">At least one is wrong; the message names every one.</exception>
    internal void Validate(Model model, IReadOnlyList<string> names) => ModelException.CheckOptions(
        "sample options",
        (Rows is >= 1 and <= 1L << 53, nameof(Rows), Rows, "1 … 2^53"),
        (Label is null || !string.IsNullOrWhiteSpace(Label), nameof(Label), "an empty name", "the name of a column"),
        (Label is null || !names.Contains(Label), nameof(Label), $"'{Label}', which is a feature too", "the name of a new column"),
        (Label is null || model is GeneralMixtureModel, nameof(Label), $"it for a {model.FormatName} model", "it for a mixture, whose rows come from components"));
}
