using System.Runtime.ExceptionServices;
using Pipelines.Blocks;
using Pipelines.Cli.Reporting;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Cli.Commands;

/// <summary>Checks a run and shows what it would do.</summary>
internal static class DryRun
{
    /// <summary>Tells the warnings of a comparison before a run begins.</summary>
    /// <exception cref="DataException">The inputs do not fit the model.</exception>
    public static void Warn(ToolConsole console, SchemaContract contract)
    {
        contract.ThrowIfBroken();
        console.Warn(contract.WarningTexts);
    }

    /// <summary>Shows that no file is new.</summary>
    public static int ShowNothing(ToolConsole console, bool isJson, string job, IncrementalResult files)
    {
        console.Warn(files.Warnings);
        var report = new DryRunReport(job) { Passes = [$"none: no new file; {Figures.Number(files.Done, "file")} done before"] };
        if (isJson) report.WriteJson(console);
        else report.WriteText(console.Out);
        return ExitCode.Done;
    }

    /// <summary>
    /// Compares the inputs with the model, plans the run, and shows both. What is wrong is thrown as a run throws it, after what is known was shown.
    /// </summary>
    /// <param name="console">Where it is shown.</param>
    /// <param name="isJson">True: as JSON.</param>
    /// <param name="report">What is known beforehand.</param>
    /// <param name="compare">Compares; null = there is no model to compare with.</param>
    /// <param name="plan">Plans.</param>
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
        }
        catch (Exception e) when (e is DataException or ModelException)
        {
            error = e;
            report = report with { Error = Failure.Of(e, report.Job) };
        }
        if (isJson) report.WriteJson(console);
        else report.WriteText(console.Out);
        if (error is not null) ExceptionDispatchInfo.Throw(error);
        return ExitCode.Done;
    }
}
