using Pipelines.Cli;

using var signals = new TerminationSignals();
return await CommandLine.RunAsync(args, ToolConsole.OfProcess(), signals.Token);
