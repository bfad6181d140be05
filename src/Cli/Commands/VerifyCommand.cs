using System.CommandLine;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines verify OUTPUT</c></summary>
internal sealed class VerifyCommand : Verb
{
    protected override int Order => 4;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("verify",
            "Checks a finished output folder against its manifest (files, sizes, checksums, rows, columns), or the checksums and rows of one Parquet file.");
        var output = new Argument<string>("OUTPUT") { Description = "An output folder written by 'score' or 'sample', or a Parquet file." };
        command.Add(output);
        command.Rules.Add(common.Check);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var report = new VerifyReport(await OutputVerification.OfAsync(parsed.GetRequiredValue(output), cancellationToken).ConfigureAwait(false));
            report.WriteDiscrepancies(console.Error);
            if (parsed.GetValue(common.Json)) report.WriteJson(console);
            else if (!parsed.GetValue(common.Quiet)) report.WriteText(console.Out);
            return report.Verification.Discrepancies.Count == 0 ? ExitCode.Done : ExitCode.Data;
        });
        return command;
    }
}
