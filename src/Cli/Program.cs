using Pipelines.Cli;
using Pipelines.Cli.Terminal;

var stop = new StopRequest(TimeProvider.System);
var signals = new TerminationSignals(stop);
var code = await PipelinesTool.RunAsync(args, ToolConsole.OfProcess(), stop);
// Not disposed: a signal that arrives while the finished process exits must not turn its exit code into that of the signal.
GC.KeepAlive(signals);
return code;
