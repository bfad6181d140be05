using System.CommandLine;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary>A verb of the command line. To add one, write one class: it is found by reflection.</summary>
internal abstract class Verb
{
    /// <summary>All verbs in the order of the help; new instances on each call, as an option belongs to one command line.</summary>
    public static IReadOnlyList<Verb> All => Implementations.Of<Verb>(v => v.Order);

    /// <summary>Position in the help.</summary>
    protected abstract int Order { get; }

    /// <summary>Makes the command.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="common">The options that all verbs share.</param>
    public abstract Command Create(ToolConsole console, CommonSettings common);
}
