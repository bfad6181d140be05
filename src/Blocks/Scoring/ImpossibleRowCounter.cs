using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>Counts rows whose observed values have probability 0 under the model, or fails at them. Thread-safe.</summary>
/// <param name="rule">What becomes of them.</param>
internal sealed class ImpossibleRowCounter(ImpossibleRows rule)
{
    private readonly Lock gate = new();
    private long count;
    private long first = long.MaxValue;

    /// <summary>A warning that says how many they are and which is the first; none if there are none.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            lock (gate)
            {
                if (count == 0) return [];
                var rows = FormattableString.Invariant($"{count:N0} {(count == 1 ? "row has" : "rows have")}");
                return
                [
                    FormattableString.Invariant($"{rows} probability 0 under the model, the first is row {first}: log-probability -Infinity, posteriors NaN, ")
                        + "fills and explanations null",
                ];
            }
        }
    }

    /// <summary>Starts over.</summary>
    public void Forget()
    {
        lock (gate) (count, first) = (0, long.MaxValue);
    }

    /// <summary>Counts the rows of a batch.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="logs">Shape [rows]: their log-probabilities.</param>
    /// <param name="block">Name of the block, for messages.</param>
    /// <exception cref="FlowException">There is one, and the rule is <see cref="ImpossibleRows.Fail"/>.</exception>
    public void Count(DataBatch batch, ReadOnlySpan<double> logs, string block)
    {
        var at = logs.IndexOf(double.NegativeInfinity);
        if (at < 0) return;
        var row = batch.FirstRow + at;
        if (rule == ImpossibleRows.Fail)
            throw new FlowException(ErrorKind.Data, $"block '{block}', row {row}", "observed values of probability 0 under the model",
                "values that the model can produce", "look at the row, or score it -infinity (ImpossibleRows.Keep)");
        lock (gate) (count, first) = (count + logs.Count(double.NegativeInfinity), Math.Min(first, row));
    }
}
