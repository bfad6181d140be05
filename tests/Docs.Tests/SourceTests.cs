using System.Text.RegularExpressions;

namespace Pipelines.Docs.Tests;

/// <summary>What the sources of all tests keep to.</summary>
public sealed partial class SourceTests
{
    /// <summary>
    /// A test that returns early counts as passed. Skip it visibly (tests/Support/RequirementFacts.cs), or leave the case out of its data and say why.
    /// </summary>
    [Fact]
    public void No_test_passes_by_returning_early()
    {
        var found = new List<string>();
        foreach (var path in Directory.EnumerateFiles(Repository.File("tests"), "*.cs", SearchOption.AllDirectories))
        {
            var isTest = false;
            foreach (var (line, number) in File.ReadLines(path).Select((l, i) => (l, i + 1)))
            {
                // Members stand four spaces deep: an attribute that names a fact or theory begins a test, the closing brace ends it.
                if (Attribute().IsMatch(line)) isTest = true;
                else if (line == "    }") isTest = false;
                else if (isTest && EarlyReturn().IsMatch(line)) found.Add($"{Path.GetRelativePath(Repository.File(), path)}:{number}:{line}");
            }
        }
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("        if (OperatingSystem.IsWindows()) return;", true)]
    [InlineData("            return;", true)]
    [InlineData("            if (sent) return;", false)]
    [InlineData("        return Task.CompletedTask;", true)]
    [InlineData("        return model.Fit(data);", false)]
    public void A_return_of_the_test_itself_is_told_from_those_of_functions_in_it(string line, bool isEarly) =>
        Assert.Equal(isEarly, EarlyReturn().IsMatch(line));

    [GeneratedRegex(@"^    \[\w*(Fact|Theory)\b")]
    private static partial Regex Attribute();

    // Directly in the body, or in the block of an if or loop there; functions inside a test are deeper.
    [GeneratedRegex(@"^ {8}(if .*\) )?return( Task\.CompletedTask)?;|^ {12}return;")]
    private static partial Regex EarlyReturn();
}
