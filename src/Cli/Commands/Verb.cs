using System.CommandLine;
using Pipelines.Cli.Settings;

namespace Pipelines.Cli.Commands;

/// <summary>A verb of the command line. A new one is one class: it is found by reflection.</summary>
internal abstract class Verb
{
    /// <summary>All verbs, in the order of the help. New ones each time, as an option belongs to one command line.</summary>
    public static IReadOnlyList<Verb> All => Implementations.Of<Verb>(v => v.Order);

    /// <summary>Place in the help.</summary>
    protected abstract int Order { get; }

    /// <summary>Makes the command.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="common">The options that every verb has.</param>
    public abstract Command Create(ToolConsole console, CommonSettings common);
}
