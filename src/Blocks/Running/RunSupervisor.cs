using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks;

/// <summary>
/// Supervises the blocks of one run. A fault in any block cancels all of them through one token. The first root cause is thrown once, unchanged, and <see
/// cref="RunFailure.Of"/> gives its block and place. After a fault nothing is passed on or committed.
/// </summary>
/// <remarks>Create one, pass it to the blocks, link them with <see cref="Linking"/>, <see cref="Watch{T}"/> blocks of your own, then call <see
/// cref="RunAsync"/>.</remarks>
public sealed class RunSupervisor : IAsyncDisposable
{
    private static readonly ConditionalWeakTable<IDataflowBlock, Watcher> watchers = [];

    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource outOfPatience = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration caller;
    private readonly CancellationToken callerToken;
    private readonly Lock gate = new();

    // Guarded by gate.
    private readonly List<Task> watched = [];
    private readonly List<Action> starters = [];
    private ExceptionDispatchInfo? thrown;
    private volatile bool stopped;

    // Set once, by whichever caller stopped the run.
    private ITimer? patience;

    /// <summary>Creates the supervisor of one run.</summary>
    /// <param name="options">Options of the run; null = defaults. They are validated here.</param>
    /// <param name="cancellationToken">Cancels the run, which then throws an <see cref="OperationCanceledException"/>.</param>
    public RunSupervisor(PipelineOptions? options = null, CancellationToken cancellationToken = default)
    {
        Options = options ?? new PipelineOptions();
        Options.Validate();
        Token = stop.Token;
        callerToken = cancellationToken;
        Accounts = new RunAccounts(Options);
        caller = cancellationToken.UnsafeRegister(static s => ((RunSupervisor)s!).Cancel(), this);
    }

    /// <summary>Options of the run.</summary>
    public PipelineOptions Options { get; }

    /// <summary>Cancelled as soon as the run fails or is cancelled; pass it to blocks of your own.</summary>
    public CancellationToken Token { get; }

    /// <summary>True once the run has failed or is cancelled: pass nothing on.</summary>
    public bool IsStopped => stopped || callerToken.IsCancellationRequested;

    /// <summary>The first root cause; null if there is none yet or the run was cancelled.</summary>
    public RunFailure? Failure { get; private set; }

    internal RunAccounts Accounts { get; }

    /// <summary>Stops the run because of a fault. Only the first fault counts.</summary>
    /// <param name="block">Name of the block in which it arose.</param>
    /// <param name="exception">The fault; aggregates are unwrapped to the root cause.</param>
    /// <param name="place">Description of the batch being processed; null if none.</param>
    public void Fail(string block, Exception exception, string? place = null)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(exception);
        var root = RunFailure.Unwrap(exception);
        if (IsStopped && root is OperationCanceledException)
        {
            Cancel();
            return;
        }
        lock (gate)
        {
            if (stopped) return;
            Failure = RunFailure.For(block, place, root);
            thrown = Failure.Mark();
            stopped = true;
        }
        SignalStop();
    }

    /// <summary>Watches a block of your own: its fault stops the run, and stopping the run faults the block.</summary>
    /// <typeparam name="T">Type of the block.</typeparam>
    /// <param name="name">Name for messages.</param>
    /// <param name="block">The block.</param>
    /// <returns>The block.</returns>
    public T Watch<T>(string name, T block)
        where T : IDataflowBlock
    {
        ArgumentNullException.ThrowIfNull(block);
        watchers.AddOrUpdate(block, new Watcher(this, name));
        lock (gate) watched.Add(WatchAsync(block));
        return block;
    }

    /// <summary>Starts the sources and waits until every block has ended.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task RunAsync()
    {
        lock (gate)
        {
            foreach (var start in starters) start();
            starters.Clear();
        }
        await SettleAsync().ConfigureAwait(false);
        lock (gate)
        {
            // Cancelled too late: everything had already completed.
            if (Failure is null && watched.TrueForAll(t => t.IsCompletedSuccessfully)) return;
        }
        ThrowIfStopped();
    }

    /// <summary>Stops the run if it is still going, and waits for its blocks.</summary>
    public async ValueTask DisposeAsync()
    {
        Cancel();
        await SettleAsync().ConfigureAwait(false);
        await caller.DisposeAsync().ConfigureAwait(false);
        if (patience is not null) await patience.DisposeAsync().ConfigureAwait(false);
        stop.Dispose();
    }

    /// <summary>Reports to the run how a watched block ended.</summary>
    internal static void ReportEnd(IDataflowBlock block)
    {
        if (!watchers.TryGetValue(block, out var watcher)) return;
        if (block.Completion.IsFaulted) watcher.Run.Fail(watcher.Name, block.Completion.Exception);
        else if (block.Completion.IsCanceled) watcher.Run.Fail(watcher.Name, new TaskCanceledException("the block was cancelled"));
    }

    internal void AddSource(Action start)
    {
        lock (gate) starters.Add(start);
    }

    internal void Add(Task completion)
    {
        lock (gate) watched.Add(completion);
    }

    /// <summary>
    /// Watches a task that may never end because it waits for a read that does not return. Once the run has stopped, the task is awaited for at most <see
    /// cref="PipelineOptions.Patience"/> and then abandoned. It must not commit anything after the stop.
    /// </summary>
    internal void AddPatiently(Task completion) => Add(Task.WhenAny(completion, outOfPatience.Task));

    internal void ThrowIfStopped()
    {
        if (!IsStopped) return;
        Cancel();
        thrown?.Throw();
        throw new OperationCanceledException(callerToken.IsCancellationRequested ? callerToken : Token);
    }

    internal async Task SettleAsync()
    {
        for (var settled = 0; ; settled++)
        {
            Task next;
            lock (gate)
            {
                if (settled == watched.Count) break;
                next = watched[settled];
            }
            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Cancel()
    {
        lock (gate)
        {
            if (stopped) return;
            stopped = true;
        }
        SignalStop();
    }

    // Synchronous, so that blocks see the stop before the failed delegate returns and pass nothing on after it.
    private void SignalStop()
    {
        patience = Options.TimeProvider.CreateTimer(static s => ((TaskCompletionSource)s!).TrySetResult(), outOfPatience, Options.Patience,
            Timeout.InfiniteTimeSpan);
        try
        {
            stop.Cancel();
        }
        catch (Exception e) when (e is AggregateException or ObjectDisposedException)
        {
            // A callback registered on the token failed: the run already has its root cause.
        }
    }

    private async Task WatchAsync(IDataflowBlock block)
    {
        await using var fault = Token.UnsafeRegister(static (b, t) => ((IDataflowBlock)b!).Fault(new OperationCanceledException(t)), block)
            .ConfigureAwait(false);
        await block.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ReportEnd(block);
    }

    private sealed record Watcher(RunSupervisor Run, string Name);
}
