using System.Reflection;

namespace Pipelines.Campaigns;

/// <summary>
/// Many hostile trials of one kind, seeded, with one rule for what may come of each. The short form runs as a test, the long form by the program; both are
/// found by reflection.
/// </summary>
internal abstract class Campaign
{
    /// <summary>All campaigns, by name.</summary>
    public static IReadOnlyList<Campaign> All { get; } =
        [.. Assembly.GetExecutingAssembly().GetTypes().Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(Campaign)))
            .Select(t => (Campaign)Activator.CreateInstance(t)!).OrderBy(c => c.Order).ThenBy(c => c.Name, StringComparer.Ordinal)];

    /// <summary>What is named on the command line, lower-case with hyphens.</summary>
    public abstract string Name { get; }

    /// <summary>Heading in the report.</summary>
    public abstract string Title { get; }

    /// <summary>Place in the report.</summary>
    public virtual int Order => 10;

    /// <summary>True if it needs Linux or macOS: signals, limits on the size of files.</summary>
    public virtual bool NeedsUnix => false;

    /// <summary>Runs it.</summary>
    public abstract Task RunAsync(Trials trials);
}

/// <summary>How much is tried, and where the results go.</summary>
/// <param name="isLong">True: the long form.</param>
/// <param name="log">Progress, for people.</param>
internal sealed class Trials(bool isLong, TextWriter log)
{
    private readonly List<string[]> rows = [];
    private readonly List<string> findings = [];
    private readonly List<string> notes = [];

    /// <summary>True: the long form.</summary>
    public bool IsLong { get; } = isLong;

    /// <summary>Heading of the table.</summary>
    public string[] Header { get; set; } = [];

    /// <summary>The table.</summary>
    public IReadOnlyList<string[]> Rows => rows;

    /// <summary>What should not be, one sentence each. A campaign without one has passed.</summary>
    public IReadOnlyList<string> Findings => findings;

    /// <summary>What a reader of the table must know.</summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>The first in the short form, the second in the long one.</summary>
    public T Pick<T>(T brief, T full) => IsLong ? full : brief;

    public void Row(params object[] cells)
    {
        rows.Add([.. cells.Select(c => c is int or long ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{c:#,0}") : $"{c}")]);
        Log(string.Join(" | ", rows[^1]));
    }

    public void Finding(string what)
    {
        lock (findings)
        {
            // One kind of fault often shows a thousand times; the first ones are enough to see it.
            if (findings.Count < 200) findings.Add(what);
        }
        Log("FINDING " + what);
    }

    public void Note(string what) => notes.Add(what);

    public void Log(string what)
    {
        lock (log) log.WriteLine(what);
    }
}
