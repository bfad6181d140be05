using Pipelines.Cli.Reporting;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Tests;

/// <summary>What the progress says, with a clock of the test's own.</summary>
public sealed class ProgressTests
{
    private static readonly NormalDistribution model = new(0, 1);

    [Fact]
    public void Scoring_says_rows_rate_and_time_left()
    {
        var state = new ProgressState();
        state.Take(new RunProgress("run", 2_000_000, 3_000_000, TimeSpan.FromSeconds(4)));
        Assert.Equal("scoring, 67 %, 2.0 s left, 2,000,000 of 3,000,000 rows, 500.0k rows/s", state.ToString());
        Assert.Equal(2.0 / 3, state.Share);
    }

    [Fact]
    public void The_first_batches_have_no_rate()
    {
        var state = new ProgressState();
        state.Take(new RunProgress("read", 16_384, null, TimeSpan.FromMilliseconds(90)));
        Assert.Equal("reading, 16,384 rows", state.ToString());
        Assert.Equal(0, state.Share);
    }

    [Theory]
    // Improvements halve: 8 -> 4 -> 2 -> 1 -> 0.5 is reached after 3 more of 2 s each.
    [InlineData(8, 4, 0.5, 1_000, "about 6.0 s left")]
    // Only the iterations stop it: 1000 - 2 more.
    [InlineData(8, 4, -1, 1_000, "about 33:16 left")]
    // Nothing says when it will end.
    [InlineData(4, 4, 0.5, 100_000_000, null)]
    public void A_fit_says_the_iteration_and_about_how_long(double first, double second, double threshold, int most, string? left)
    {
        var state = new ProgressState { MostIterations = most };
        state.Take(new RunProgress("pass", 500, 1_000, TimeSpan.FromSeconds(1)));
        state.Take(new FitIteration(1, -1_234.5, first, 2));
        state.Take(new FitIteration(2, -1_230.5, second, 2), leastGain: threshold);
        Assert.Equal($"iteration 2{(left is null ? "" : $", {left}")}, log-likelihood -1,230.5 (+4), 500 rows/s", state.ToString());
    }

    [Fact]
    public void A_limit_on_time_bounds_what_is_left()
    {
        // Without the limit 1,000 iterations of 2 s would follow; of 7 s the two iterations took 4.
        var state = new ProgressState { MostIterations = 1_002, MostSeconds = 7 };
        state.Take(new FitIteration(1, -10, 4, 2));
        state.Take(new FitIteration(2, -6, 4, 2));
        Assert.Contains(", about 3.0 s left", state.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    // A narrower line has fewer or briefer parts; what is there is whole.
    [InlineData(200, "iteration 12, about 12.0 s left, 6 components, restart 2, log-likelihood -35,505,584.23 (+64), 500 rows/s")]
    [InlineData(98, "iteration 12, about 12.0 s left, 6 components, restart 2, log-likelihood -35,505,584.23 (+64)")]
    [InlineData(92, "iteration 12, about 12.0 s left, 6 components, restart 2, log-likelihood -35,505,584.23")]
    [InlineData(58, "iteration 12, about 12.0 s left, 6 components, restart 2")]
    [InlineData(38, "iteration 12, about 12.0 s left")]
    [InlineData(30, "iteration 12, 12.0 s left")]
    [InlineData(24, "iteration 12")]
    [InlineData(8, "iterati…")]
    [InlineData(0, "")]
    public void A_narrow_line_leaves_out_what_matters_least(int width, string expected)
    {
        var state = new ProgressState { MostIterations = 1_000 };
        state.Take(new RunProgress("pass", 500, 1_000, TimeSpan.FromSeconds(1)));
        // 64 -> 32 -> 16 -> 8 -> 4 -> 2 -> 1 takes 6 more updates of 2 s.
        state.Take(new FitIteration(11, -35_505_648.23, 128, 2), fit: "6 components, restart 2", leastGain: 1);
        state.Take(new FitIteration(12, -35_505_584.23, 64, 2), fit: "6 components, restart 2", leastGain: 1);
        Assert.Equal(expected, state.Text(width));
    }

    [Fact]
    public void Of_several_fits_the_longest_says_how_long()
    {
        var state = new ProgressState { MostIterations = 1_000 };
        foreach (var (number, first, second) in new[] { (1, 16.0, 16.0), (2, 8.0, 4.0) })
        {
            state.Take(new FitIteration(number, -10, first, 3), fit: "2 components, restart 0", leastGain: 1);
            state.Take(new FitIteration(number, -12, second, 3), fit: "2 components, restart 1", leastGain: 1);
        }
        // 8 -> 4 -> 2 -> 1 and, by quarters, 4 -> 1: three more updates of 3 s, and one.
        Assert.StartsWith("iteration 2, about 9.0 s left, 2 components, restart 1,", state.ToString(), StringComparison.Ordinal);
        // The first no longer reports, as its start was not the best: 1 is the least gain.
        state.Take(new FitIteration(3, -12, 1.5, 3), fit: "2 components, restart 1", leastGain: 1);
        state.Take(new FitIteration(4, -12, 1, 3), fit: "2 components, restart 1", leastGain: 1);
        Assert.StartsWith("iteration 4, about 0.0 s left, 2 components, restart 1,", state.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fit_with_a_tolerance_says_no_time_before_its_gains_tell_one()
    {
        var state = new ProgressState { MostIterations = 1_000 };
        state.Take(new FitIteration(1, -10, 4, 2), leastGain: 0.5);
        Assert.Equal("iteration 1, log-likelihood -10 (+4)", state.ToString());
    }

    [Fact]
    public void The_first_batch_says_no_time_left()
    {
        var state = new ProgressState();
        state.Take(new RunProgress("run", 16_384, 3_000_000, TimeSpan.FromSeconds(0.7)));
        Assert.Equal("scoring, 1 %, 16,384 of 3,000,000 rows", state.ToString());
        // A twentieth of the rows in 2 s: 38 s more.
        state.Take(new RunProgress("run", 150_000, 3_000_000, TimeSpan.FromSeconds(2)));
        Assert.Equal("scoring, 5 %, 38.0 s left, 150,000 of 3,000,000 rows, 75.0k rows/s", state.ToString());
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public async Task A_terminal_of_any_width_gets_one_line(int width)
    {
        using var target = new StringWriter();
        var console = Spectre.Console.AnsiConsole.Create(new()
        {
            Ansi = Spectre.Console.AnsiSupport.Yes,
            Interactive = Spectre.Console.InteractionSupport.Yes,
            Out = new Spectre.Console.AnsiConsoleOutput(target),
        });
        console.Profile.Width = width;
        var progress = new TerminalProgress(console);
        await progress.ShowAsync(() =>
        {
            progress.Report(new RunProgress("run", 2_000_000_000, 3_000_000_000, TimeSpan.FromSeconds(4)));
            progress.Draw();
            return Task.FromResult(0);
        });
        // What a terminal shows: without the codes that move the cursor or set colors.
        var shown = System.Text.RegularExpressions.Regex.Replace(target.ToString(), "\u001b\\[[0-9;?]*[A-Za-z]", "").Split('\r', '\n');
        Assert.Contains(shown, l => l.Contains("67 %", StringComparison.Ordinal) && l.Contains('━', StringComparison.Ordinal) == width > 50);
        Assert.All(shown, l => Assert.True(l.Length <= width, l));
    }

    [Fact]
    public void Plain_lines_come_every_five_seconds()
    {
        var (clock, target) = (new Clock(), new StringWriter { NewLine = "\n" });
        var progress = new PlainProgress(target, verbose: false, clock);
        for (var second = 0; second <= 11; second++)
        {
            progress.Report(new RunProgress("run", second * 100, null, TimeSpan.FromSeconds(second)));
            clock.Seconds++;
        }
        Assert.Equal("2001-02-03T04:05:06Z scoring, 0 rows\n2001-02-03T04:05:11Z scoring, 500 rows, 100 rows/s\n"
            + "2001-02-03T04:05:16Z scoring, 1,000 rows, 100 rows/s\n", target.ToString());
    }

    [Fact]
    public void Verbose_lines_come_at_each_iteration()
    {
        var target = new StringWriter { NewLine = "\n" };
        var progress = new PlainProgress(target, verbose: true, new Clock());
        progress.Report(new FitProgress(new(0, -10, 0, 0), model, 5));
        progress.Report(new FitProgress(new(1, -8, 2, 1), model, 5));
        progress.Report(new FitProgress(new(2, -8.5, -0.5, 1), model, 5));
        Assert.Equal("2001-02-03T04:05:06Z start, log-likelihood -10\n2001-02-03T04:05:06Z iteration 1, log-likelihood -8 (+2)\n"
            + "2001-02-03T04:05:06Z iteration 2, log-likelihood -8.5 (-0.5)\n", target.ToString());
    }

    [Fact]
    public async Task A_terminal_gets_a_result_too()
    {
        using var folder = new Folder();
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await PipelinesTool.RunAsync(["fit", "kmeans", folder["d.parquet"], "--components", "2", "--output", folder["m.json"]],
            new ToolConsole(output, TextWriter.Synchronized(error), ErrorIsTerminal: true));
        Assert.Equal(0, code);
        Assert.Contains("wrote ", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("error", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(61, "1:01")]
    [InlineData(3_599, "59:59")]
    [InlineData(3_661, "1:01:01")]
    [InlineData(90_061, "25:01:01")]
    public void Times_are_readable(double seconds, string text) => Assert.Equal(text, Figures.Time(seconds));

    [Theory]
    [InlineData(999, "999 rows/s")]
    [InlineData(1_500, "1.5k rows/s")]
    [InlineData(12_340_000, "12.3M rows/s")]
    [InlineData(2.5e9, "2.5G rows/s")]
    public void Rates_are_readable(double rate, string text) => Assert.Equal(text, Figures.Rate(rate));

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero).AddSeconds(Seconds);
    }
}
