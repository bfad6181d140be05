using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Tests;

/// <summary>Names of columns on the command line: plainly, or in CSV quotes.</summary>
public sealed class NameListTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a,b,c", "a|b|c")]
    [InlineData(" a , b ", "a|b")]
    [InlineData("a b,c", "a b|c")]
    [InlineData("\"a,b\",c", "a,b|c")]
    [InlineData("\"a\"\"b\"", "a\"b")]
    [InlineData("\" a \"", " a ")]
    [InlineData(" \"a\" , b", "a|b")]
    [InlineData("\"\"", "")]
    [InlineData("a\"b,5\"", "a\"b|5\"")]
    [InlineData("Cost Total $,@x,-y", "Cost Total $|@x|-y")]
    [InlineData("\"\"\"\"", "\"")]
    public void Lists_are_read(string text, string names)
    {
        Assert.Equal(names.Split('|'), NameList.Parse(text, out var problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("", "no name")]
    [InlineData("  ", "no name")]
    [InlineData("a,", "an empty name between commas")]
    [InlineData(",a", "an empty name between commas")]
    [InlineData("a,,b", "an empty name between commas")]
    [InlineData("\"a,b", "a name without its closing quotation mark")]
    [InlineData("\"a\"\"", "a name without its closing quotation mark")]
    [InlineData("\"a\"b", "text after the closing quotation mark of a name")]
    [InlineData("\"a\"b,c", "text after the closing quotation mark of a name")]
    public void Malformed_lists_say_why(string text, string problem)
    {
        Assert.Empty(NameList.Parse(text, out var found));
        Assert.Equal(problem, found);
    }

    [Theory]
    [InlineData("w", "w")]
    [InlineData(" w ", "w")]
    [InlineData("w, x", "w, x")]
    [InlineData("\"w, x\"", "w, x")]
    [InlineData("\" w\"", " w")]
    public void One_name_is_read(string text, string name)
    {
        Assert.Equal(name, NameList.ParseOne(text, out var problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("\"w\",\"x\"")]
    [InlineData("\"w\" x")]
    public void More_than_one_name_is_not_one(string text)
    {
        NameList.ParseOne(text, out var problem);
        Assert.Equal("text after the closing quotation mark of a name", problem);
    }

    [Theory]
    [InlineData("a", "b c")]
    [InlineData("a,b", "\"", " a", "b ", "", "x\"y,z")]
    public void What_is_printed_reads_back(params string[] names)
    {
        Assert.Equal(names, NameList.Parse(NameList.Text(names), out var problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Only_names_that_need_quotes_get_them() =>
        Assert.Equal("a b, \"c,d\", \" e\", \"say \"\"hi\"\"\"", NameList.Text(["a b", "c,d", " e", "say \"hi\""]));
}
