namespace Pipelines.Cli.Tests;

/// <summary>No message is longer than its reader's patience, whatever it quotes.</summary>
public sealed class ErrorTextTests
{
    [Fact]
    public void No_word_is_cut()
    {
        Assert.Equal("the first (2 … variance", ErrorText.Shortened("the first (2 components, seed 0), its variance", 26));
        // Where there is no blank nearby, as in a path, letters are.
        Assert.Equal("aaaaaaaaaa…aaaaaaaaa", ErrorText.Shortened(new string('a', 50), 20));
    }

    [Fact]
    public void What_fits_stays_as_it_is() => Assert.Equal("place: found a, expected b; try c", ErrorText.Of("place", "a", "b", "try c"));

    [Theory]
    [InlineData(1_000, 10, 10, 20)]
    [InlineData(10, 1_000, 10, 20)]
    [InlineData(10, 10, 1_000, 20)]
    [InlineData(10, 10, 10, 1_000)]
    [InlineData(1_000, 1_000, 1_000, 1_000)]
    [InlineData(200, 200, 30, 100)]
    [InlineData(70, 70, 70, 70)]
    public void Long_parts_are_cut(int place, int found, int expected, int remedy)
    {
        var text = ErrorText.Of(new('p', place), new('f', found), new('e', expected), new('r', remedy));
        Assert.InRange(text.Length, 250, 280);
        Assert.Matches("^p+…?p*: found f+…?f*, expected e+…?e*; r+…?r*$", text);
        // A remedy of usual length is never cut.
        if (remedy <= 100) Assert.EndsWith($"; {new string('r', remedy)}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_keep_both_ends()
    {
        var path = $"/data/{new string('x', 400)}/2026-01.parquet, row group 3, column 'delay'";
        var error = new FlowException(ErrorKind.Data, path, "an infinite value", "finite numbers", "clean the column");
        Assert.Matches("^/data/x+…x+/2026-01.parquet, row group 3, column 'delay': found an infinite value, expected finite numbers; clean the column$",
            error.Message);
        Assert.Equal(path, error.Place);
        Assert.InRange(error.Message.Length, 270, 280);
        Assert.Equal(error.Message, new ModelException(ErrorKind.Data, path, "an infinite value", "finite numbers", "clean the column").Message);
    }

    [Fact]
    public void Characters_of_two_halves_are_not_cut_apart()
    {
        for (var most = 20; most < 24; most++)
        {
            var text = ErrorText.Shortened(string.Concat(Enumerable.Repeat("😀", 30)), most);
            Assert.InRange(text.Length, most - 2, most);
            Assert.True(text.IsNormalized());
            Assert.Equal(text.Length - 1, 2 * text.EnumerateRunes().Count(r => r.Value == 0x1F600));
        }
    }

    [Theory]
    [InlineData("fit mixture ~ --output m.json --distribution normal --components 2")]
    [InlineData("inspect ~")]
    [InlineData("verify ~")]
    [InlineData("score ~ ~ --output o")]
    [InlineData("fit kmeans x.parquet --components ~ --output m.json")]
    [InlineData("fit kmeans x.parquet --components 2 --features ~,~ --output m.json")]
    [InlineData("fit kmeans x.parquet --components 2 --weights ~ --features ~ --output m.json")]
    [InlineData("fit mixture x.parquet --components 2 --distribution ~ --output m.json")]
    [InlineData("fit mixture x.parquet --components 2 --distribution student-t(~) --output m.json")]
    [InlineData("fit kmeans x.parquet --components 2 --output ~/m.json")]
    [InlineData("fit kmeans x.parquet --components 2 --output m.json --~ --init ~")]
    [InlineData("~")]
    [InlineData("fit ~")]
    [InlineData("inspect a ~")]
    [InlineData("convert ~ ~ --to ~")]
    [InlineData("plot ~ --output ~ --kind ~ --size ~")]
    [InlineData("sample ~ --rows ~ --output ~")]
    [InlineData("score m.json -- x --~")]
    public async Task Every_line_of_the_tool_fits(string arguments)
    {
        var name = string.Concat(Enumerable.Repeat("long-name.", 60));
        var result = await Tool.RunAsync(arguments.Replace("~", name, StringComparison.Ordinal).Split(' '));
        Assert.InRange(result.Code, 1, 3);
        Assert.All(result.ErrorText.Split('\n'), line => Assert.InRange(line.Length, 1, 300));
    }
}
