namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>
/// A class in pomegranate's files, or one of its distributions: how it is read and written. To add one, derive from this class; it adds itself.
/// </summary>
internal abstract class PomegranateClass
{
    /// <summary>What is lost of a model whose parts share one covariance.</summary>
    private protected const string Untied = "the format does not say that covariances are tied; they are written as they are";

    private static readonly Dictionary<string, PomegranateClass> all = new(StringComparer.Ordinal);

    /// <summary>All known classes, by name.</summary>
    public static IReadOnlyDictionary<string, PomegranateClass> All => all;

    /// <summary>The value of <c>class</c>; for a distribution, that of <c>name</c>.</summary>
    public abstract string Name { get; }

    /// <summary>True: the value of <c>class</c> is Distribution.</summary>
    public virtual bool IsDistribution => true;

    /// <summary>Our models that are written as this class.</summary>
    public abstract IReadOnlyList<Type> Models { get; }

    /// <summary>Reads an object of this class. Called twice: first to collect all category keys, then to build.</summary>
    /// <param name="json">The object.</param>
    /// <param name="first">Index of the model's first feature.</param>
    /// <param name="depth">Its nesting depth.</param>
    /// <param name="reading">The state of the reading.</param>
    public abstract Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading);

    /// <summary>The properties of an object of this class after <c>class</c> and <c>name</c>, in pomegranate's order.</summary>
    /// <param name="model">One of <see cref="Models"/>.</param>
    /// <param name="first">Index of the model's first feature.</param>
    /// <param name="path">Its path in the file, for warnings.</param>
    /// <param name="writing">The state of the writing.</param>
    public abstract IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing);

    /// <summary>Adds a class. Called by each when the library is loaded.</summary>
    private protected static void Add(PomegranateClass one) => all.Add(one.Name, one);
}
