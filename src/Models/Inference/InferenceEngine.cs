using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Inference;

/// <summary>Receives the answers for some rows.</summary>
/// <param name="program">The program that computed them.</param>
/// <param name="run">Holds its tables.</param>
/// <param name="rows">Numbers of rows in the block.</param>
/// <param name="lanes">Shape [rows]: the lane that holds each row's answer.</param>
internal delegate void Answered(InferenceProgram program, in ProgramRun run, ReadOnlySpan<int> rows, ReadOnlySpan<int> lanes);

/// <summary>
/// Answers queries about rows: groups them by the set of observed variables, compiles a program for each set once, merges equal evidence where that leaves less
/// to do, and runs the program over many rows at once. Used by many threads at once; what a row's answer is depends on nothing but the row.
/// </summary>
/// <param name="set">The factors.</param>
/// <param name="mostBytes">What the tables of a program may take in each thread, and the lists of all programs together.</param>
/// <param name="loopy">When loopy belief propagation ends; null (default) = inference is exact.</param>
internal sealed class InferenceEngine(FactorSet set, long mostBytes, LoopyRule? loopy = null)
{
    private readonly ConcurrentDictionary<(InferenceQuery Query, PatternKey Pattern), Lazy<InferenceProgram>> programs = new();
    // Kept when programs are dropped. A value is not used.
    private readonly ConcurrentDictionary<PatternKey, bool> patterns = new();
    private long cachedBytes;
    private long largestTable;

    /// <summary>The factors.</summary>
    public FactorSet Set => set;

    /// <summary>Number of different sets of observed variables so far.</summary>
    public int Patterns => patterns.Count;

    /// <summary>Bytes of the largest table for one row, over all programs.</summary>
    public long LargestTableBytes => Interlocked.Read(ref largestTable);

    /// <summary>Counts the set of all variables, which takes no inference.</summary>
    public void SeeComplete()
    {
        var all = new bool[set.Sizes.Length];
        Array.Fill(all, true);
        patterns.TryAdd(PatternKey.Of(all), true);
    }

    /// <summary>Answers a query about each row of a block that is not excluded.</summary>
    /// <param name="block">The rows: codes, NaN = not observed.</param>
    /// <param name="query">What is to be computed; the same instance in all calls.</param>
    /// <param name="isExcluded">Shape [rows]: rows without an answer, such as those of unknown values.</param>
    /// <param name="answered">Receives the answers.</param>
    public void Run(in FeatureBlock block, InferenceQuery query, ReadOnlySpan<bool> isExcluded, Answered answered)
    {
        var (groups, order, starts) = RowPatterns.Of(block, isExcluded);
        for (var g = 0; g < groups.Count; g++)
        {
            Cancellation.Poll();
            Run(block, Program(query, groups[g]), order.AsSpan(starts[g]..starts[g + 1]), answered);
        }
    }

    /// <summary>The program for a set of observed variables.</summary>
    /// <exception cref="ModelException">Its tables do not fit.</exception>
    public InferenceProgram Program(InferenceQuery query, PatternKey pattern)
    {
        var key = (query, pattern);
        if (!programs.TryGetValue(key, out var program))
        {
            // Dropped as a whole: patterns that recur are soon compiled again, and nobody has to keep track of their use.
            if (Interlocked.Read(ref cachedBytes) > mostBytes)
            {
                programs.Clear();
                Interlocked.Exchange(ref cachedBytes, 0);
            }
            patterns.TryAdd(pattern, true);
            program = programs.GetOrAdd(key, _ => new(() => Compile(query, pattern)));
        }
        return program.Value;
    }

    private InferenceProgram Compile(InferenceQuery query, PatternKey pattern)
    {
        var isObserved = new bool[set.Sizes.Length];
        for (var v = 0; v < isObserved.Length; v++) isObserved[v] = pattern.Contains(v);
        var plan = InferencePlan.Of(set, isObserved, query);
        if (loopy is not null && query.Kind != QueryKind.Families) return LoopyCompiler.Compile(set, plan, loopy);
        if (plan.Bytes > mostBytes || plan.CliqueEntries > int.MaxValue / 8.0) throw new JunctionTreeTooWideException(plan, mostBytes);
        var program = ProgramCompiler.Compile(set, plan);
        Interlocked.Add(ref cachedBytes, program.Bytes);
        var bytes = (long)program.Widest.Entries * sizeof(double);
        for (var seen = LargestTableBytes; bytes > seen; seen = LargestTableBytes)
            if (Interlocked.CompareExchange(ref largestTable, bytes, seen) == seen) break;
        return program;
    }

    private void Run(in FeatureBlock block, InferenceProgram program, Span<int> rows, Answered answered)
    {
        using var scratch = Scratch.Enter();
        var numbers = MemoryMarshal.Cast<double, int>(scratch.Take(rows.Length + 1));
        var cases = numbers[..rows.Length];
        var firsts = numbers.Slice(rows.Length, rows.Length);
        var count = EqualEvidence.Merge(block, program.Observed, set.Sizes, rows, cases, firsts, scratch);
        var run = new ProgramRun(program, count, mostBytes, scratch);
        Span<int> lanes = MemoryMarshal.Cast<double, int>(scratch.Take((rows.Length / 2) + 1));
        var done = 0;
        for (var first = 0; first < count; first += run.Lanes)
        {
            Cancellation.Poll();
            for (var k = 0; k < program.Observed.Length; k++)
            {
                var column = program.Observed[k];
                var own = run.Codes.Slice(k * run.Lanes, run.Lanes);
                for (var lane = 0; lane < own.Length; lane++) own[lane] = (int)block[firsts[Math.Min(first + lane, count - 1)], column];
            }
            run.Execute();
            // The rows are in the order of their cases.
            var end = done;
            for (; end < rows.Length && cases[end] < first + run.Lanes; end++) lanes[end - done] = cases[end] - first;
            answered(program, run, rows[done..end], lanes[..(end - done)]);
            done = end;
        }
    }
}
