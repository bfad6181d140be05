using Pipelines.Cli.Reporting;

namespace Pipelines.Cli.Tests;

/// <summary>Tables line up whatever script the names are in.</summary>
public sealed class CellWidthTests
{
    [Theory]
    // By Unicode Standard Annex 11, as terminals show them.
    [InlineData("abc", 3)]
    [InlineData("µß", 2)]
    [InlineData("気温", 4)]
    [InlineData("한국", 4)]
    [InlineData("ﾊﾝ", 2)]
    [InlineData("ＡＢ", 4)]
    [InlineData("😀", 2)]
    [InlineData("a😀b", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("", 0)]
    public void Columns_are_counted(string text, int width) => Assert.Equal(width, CellWidth.Of(text));

    [Fact]
    public void A_table_lines_up()
    {
        using var target = new StringWriter { NewLine = "\n" };
        TextTable.Write(target, ["n", "column", "type"], [["1", "気温", "double"], ["12", "e\u0301te\u0301", "string"]], numeric: 1);
        Assert.Equal("   n  column  type\n   1  気温    double\n  12  e\u0301te\u0301     string\n", target.ToString());
    }

    [Fact]
    public void Lines_of_a_model_line_up()
    {
        OutlineEntry[] lines = [new("気温: mean 1, standard deviation 2"), new("wind: mean 10, standard deviation 3")];
        Assert.Equal(["気温: mean 1,  standard deviation 2", "wind: mean 10, standard deviation 3"], ModelOutline.Of(lines, ""));
    }
}
