using System.Runtime.ExceptionServices;
using Pipelines.Blocks;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary>Checks a run and shows what it would do, for <c>--dry-run</c>.</summary>
internal static class DryRunCommand
{
    /// <summary>Prints the warnings from the comparison of inputs and model before a run begins.</summary>
    /// <exception cref="FlowException">The inputs do not fit the model.</exception>
    public static void Warn(ToolConsole console, SchemaContract contract)
    {
        contract.ThrowIfBroken();
        console.Warn(contract.WarningTexts);
    }

    /// <summary>Reports that no file is new.</summary>
    public static int ShowNothing(ToolConsole console, bool isJson, string job, IncrementalResult files)
    {
        console.Warn(files.Warnings);
        var report = new DryRunReport(job) { Passes = [$"none: no new file; {Figures.Number(files.Done, "file")} done before"] };
        if (isJson) report.WriteJson(console);
        else report.WriteText(console.Out);
        return ExitCode.Done;
    }

    /// <summary>
    /// Compares the inputs with the model, plans the run, and shows both. An error is thrown as a run would throw it, after the known parts were shown.
    /// </summary>
    /// <param name="console">The console to write to.</param>
    /// <param name="isJson">True to write JSON.</param>
    /// <param name="report">The parts of the report that are known already.</param>
    /// <param name="compare">Compares the inputs with the model; null = there is no model.</param>
    /// <param name="plan">Plans the run.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> ShowAsync(ToolConsole console, bool isJson, DryRunReport report, Func<ValueTask<SchemaContract>>? compare,
        Func<ValueTask<RunPlan>> plan)
    {
        Exception? error = null;
        try
        {
            if (compare is not null) report = report with { Contract = await compare().ConfigureAwait(false) };
            report.Contract?.ThrowIfBroken();
            report = report with { Plan = await plan().ConfigureAwait(false) };
            console.Warn(report.Plan!.Warnings);
        }
        catch (Exception e) when (e is PipelinesException)
        {
            error = e;
            report = report with { Error = Failure.Of(e, report.Job) };
        }
        if (isJson)
        {
            // The text shows them in its own place.
            console.Warn(report.Contract?.WarningTexts ?? []);
            report.WriteJson(console);
        }
        else report.WriteText(console.Out);
        if (error is not null) ExceptionDispatchInfo.Throw(error);
        return ExitCode.Done;
    }
}
