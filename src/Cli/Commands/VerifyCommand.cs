using System.CommandLine;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Io;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines verify OUTPUT</c></summary>
internal sealed class VerifyCommand : Verb
{
    protected override int Order => 4;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("verify", "Checks a finished output against its manifest: files, sizes, checksums, rows and columns; of a single Parquet file its pages' checksums and rows.");
        var output = new Argument<string>("OUTPUT") { Description = "A folder that 'score' wrote, or a Parquet file." };
        command.Add(output);
        command.Rules.Add(common.Check);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new VerifyReport(await OutputVerification.OfAsync(parsed.GetRequiredValue(output), cancellationToken).ConfigureAwait(false));
            report.WriteDiscrepancies(console.Error);
            if (parsed.GetValue(common.Json)) report.WriteJson(console);
            else if (!parsed.GetValue(common.Quiet)) report.WriteWords(console.Out);
            return report.Verification.Discrepancies.Count == 0 ? ExitCode.Done : ExitCode.Data;
        });
        return command;
    }
}
