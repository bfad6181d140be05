using Pipelines.Cli;

using var stop = new StopRequest(TimeProvider.System);
using var signals = new TerminationSignals(stop);
return await CommandLine.RunAsync(args, ToolConsole.OfProcess(), stop);
