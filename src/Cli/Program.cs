using Pipelines.Cli;
using Pipelines.Cli.Terminal;
using var stop = new StopRequest(TimeProvider.System);
using var signals = new TerminationSignals(stop);
return await PipelinesTool.RunAsync(args, ToolConsole.OfProcess(), stop);
