namespace Pipelines.Models.Fitting;

/// <summary>
/// The cancellation token for the calling thread's work. Passes, estimators and blocks set it around calls to models, whose methods take no token; work
/// that may take longer than a tenth of a second polls it: for each tile of rows, each row of a matrix being factored, each centroid being chosen.
/// </summary>
public static class Cancellation
{
    [ThreadStatic] private static CancellationToken current;

    /// <summary>The token for the calling thread's work; if none was set, one that is never cancelled.</summary>
    public static CancellationToken Token => current;

    /// <summary>Throws if the work was cancelled. Call it in every loop of your own models that may take long.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static void Poll() => current.ThrowIfCancellationRequested();

    /// <summary>Sets the token for the calling thread's work until the result is disposed.</summary>
    /// <param name="cancellationToken">The token. If it cannot be cancelled, the surrounding work's token stays in place.</param>
    public static Scope Enter(CancellationToken cancellationToken)
    {
        var before = current;
        if (cancellationToken.CanBeCanceled) current = cancellationToken;
        return new(before);
    }

    /// <summary>Work with its own token.</summary>
    public readonly ref struct Scope
    {
        private readonly CancellationToken before;

        internal Scope(CancellationToken before) => this.before = before;

        /// <summary>Restores the surrounding work's token.</summary>
        public void Dispose() => current = before;
    }
}
