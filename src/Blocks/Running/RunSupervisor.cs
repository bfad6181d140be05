using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks;

/// <summary>
/// Watches over the blocks of one run. A fault in any block cancels all of them through one token; the first root cause surfaces once, as it was thrown,
/// and <see cref="RunFailure.Of"/> tells its block and place. After a fault nothing is handed on or committed.
/// </summary>
/// <remarks>Make one, give it to the blocks, link them with <see cref="Linking"/>, <see cref="Watch{T}"/> blocks of your own, then
/// <see cref="RunAsync"/>.</remarks>
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

    // Set once, by whoever stopped the run.
    private ITimer? patience;

    /// <summary>Makes the supervisor of one run.</summary>
    /// <param name="options">How the run goes; null = defaults. They are checked here.</param>
    /// <param name="cancellationToken">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    public RunSupervisor(PipelineOptions? options = null, CancellationToken cancellationToken = default)
    {
        Options = options ?? new PipelineOptions();
        Options.Validate();
        Token = stop.Token;
        callerToken = cancellationToken;
        Accounts = new RunAccounts(Options);
        caller = cancellationToken.UnsafeRegister(static s => ((RunSupervisor)s!).Cancel(), this);
    }

    /// <summary>How the run goes.</summary>
    public PipelineOptions Options { get; }

    /// <summary>Cancelled as soon as the run fails or is cancelled; give it to blocks of your own.</summary>
    public CancellationToken Token { get; }

    /// <summary>True once the run has failed or is cancelled: hand nothing on.</summary>
    public bool IsStopped => stopped || callerToken.IsCancellationRequested;

    /// <summary>The first root cause; null while there is none, and when the run was cancelled.</summary>
    public RunFailure? Failure { get; private set; }

    internal RunAccounts Accounts { get; }

    /// <summary>Stops the run because of a fault. Only the first one counts.</summary>
    /// <param name="block">Name of the block it arose in.</param>
    /// <param name="exception">The fault; the root cause is taken out of aggregates.</param>
    /// <param name="place">The batch that was worked on, in words; null if none.</param>
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

    /// <summary>Takes a block of your own under watch: its fault stops the run, and the run's stop faults it.</summary>
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
            // Cancelled too late: everything had come to its end.
            if (Failure is null && watched.TrueForAll(t => t.IsCompletedSuccessfully)) return;
        }
        ThrowIfStopped();
    }

    /// <summary>Stops the run if it still goes on, and waits for its blocks.</summary>
    public async ValueTask DisposeAsync()
    {
        Cancel();
        await SettleAsync().ConfigureAwait(false);
        await caller.DisposeAsync().ConfigureAwait(false);
        if (patience is not null) await patience.DisposeAsync().ConfigureAwait(false);
        stop.Dispose();
    }

    /// <summary>Tells the run of a watched block how it ended.</summary>
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
    /// Watches a task that may never end, because it waits for a read that does not return: once the run has stopped it is waited for as long as
    /// <see cref="PipelineOptions.Patience"/> says, then left to itself. It must not commit anything after the stop.
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

    // Synchronous, so that blocks see the stop before the failed delegate returns and hand on nothing after it.
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
            // A callback that somebody registered on the token failed: the run has its root cause already.
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
