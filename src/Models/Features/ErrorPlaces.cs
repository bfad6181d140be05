namespace Pipelines;

/// <summary>Puts the names of features and sequences into errors that know only their numbers.</summary>
internal static class ErrorPlaces
{
    /// <summary>The same error with the sequence's key as its place.</summary>
    /// <param name="error">The error.</param>
    /// <param name="key">The key as text.</param>
    public static ModelException OfSequence(this ModelException error, string key)
    {
        var parts = error.Place.Split(", ");
        var at = Array.IndexOf(parts, Text(error.SequenceNumber ?? -1));
        if (at < 0) return error;
        parts[at] = $"sequence of key {key}";
        return error.At(string.Join(", ", parts));
    }

    /// <summary>The same error with another number of its sequence.</summary>
    /// <param name="error">An error that concerns a sequence.</param>
    /// <param name="number">Number of the sequence, from 0.</param>
    public static ModelException Renumbered(this ModelException error, long number) => new(error.Kind, string.Join(", ", error.Place.Split(", ")
        .Select(part => part == Text(error.SequenceNumber!.Value) ? Text(number) : part)), error.Found, error.Expected, error.Remedy, error.InnerException)
    {
        FeatureIndex = error.FeatureIndex,
        SequenceNumber = number,
    };

    /// <summary>The same error with the feature's name in its place.</summary>
    /// <param name="error">The error.</param>
    /// <param name="features">The features; null = unnamed.</param>
    public static ModelException Named(this ModelException error, IReadOnlyList<Feature>? features)
    {
        if (error.FeatureIndex is not { } i || features is null || i >= features.Count) return error;
        var number = $"feature {i}";
        var name = $"feature '{features[i].Name}'";
        // The number occurs at most once, at the end of a part of the place.
        var parts = error.Place.Split(", ");
        var at = Array.LastIndexOf(parts, number);
        if (at >= 0) parts[at] = name;
        return error.At(at >= 0 ? string.Join(", ", parts) : $"{name}, {error.Place}");
    }

    private static string Text(long sequence) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sequence {sequence}");
}
