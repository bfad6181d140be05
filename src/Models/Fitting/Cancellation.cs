namespace Pipelines.Models.Fitting;

/// <summary>
/// The cancellation token of the work that the calling thread does. Passes, estimators and blocks set it around models, whose verbs take none; what may take
/// longer than
/// a tenth of a second polls it: each tile of rows, each row of a matrix that is factored, each centroid that is chosen.
/// </summary>
public static class Cancellation
{
    [ThreadStatic] private static CancellationToken current;

    /// <summary>The token of the calling thread's work; one that is never cancelled where nobody set any.</summary>
    public static CancellationToken Token => current;

    /// <summary>Throws if the work was cancelled. Call it in every loop of a model of your own that may take long.</summary>
    /// <exception cref="OperationCanceledException">It was.</exception>
    public static void Poll() => current.ThrowIfCancellationRequested();

    /// <summary>Sets the token of the calling thread's work until the result is disposed.</summary>
    /// <param name="cancellationToken">The token. One that cannot be cancelled leaves the token of the work around it in place.</param>
    public static Scope Enter(CancellationToken cancellationToken)
    {
        var before = current;
        if (cancellationToken.CanBeCanceled) current = cancellationToken;
        return new(before);
    }

    /// <summary>Work with a token of its own.</summary>
    public readonly ref struct Scope
    {
        private readonly CancellationToken before;

        internal Scope(CancellationToken before) => this.before = before;

        /// <summary>Brings back the token of the work around it.</summary>
        public void Dispose() => current = before;
    }
}
