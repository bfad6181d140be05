using System.Text.RegularExpressions;

namespace Pipelines.Docs.Tests;

/// <summary>A new model needs no edit outside src/Models: models answer for themselves.</summary>
public sealed partial class ConcreteModelTests
{
    // One file for each command `fit KIND`: it maps that kind's options to its estimator.
    private static readonly Regex fitKinds = FitKinds();

    [Theory]
    [InlineData("src/Blocks")]
    [InlineData("src/Cli")]
    [InlineData("src/Plotting")]
    public void Blocks_cli_and_plotting_name_no_concrete_model(string folder)
    {
        string[] names = [.. typeof(Model).Assembly.GetTypes().Where(t => typeof(Model).IsAssignableFrom(t) && !t.IsAbstract && !t.IsGenericType)
            .Select(t => t.Name)];
        Assert.Contains(nameof(GeneralMixtureModel), names);
        var pattern = new Regex($@"\b({string.Join('|', names)})\b");
        var root = Repository.File(folder);
        Assert.DoesNotContain(Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(f => !fitKinds.IsMatch(Path.GetFileName(f)))
            .SelectMany(f => File.ReadLines(f).Select((line, i) => $"{Path.GetRelativePath(root, f)}:{i + 1}: {line.Trim()}")),
            pattern.IsMatch);
    }

    [GeneratedRegex("^Fit(Mixture|HiddenMarkov|MarkovChain|KMeans|Distribution|NaiveBayes|BayesClassifier|BayesianNetwork|MarkovNetwork)\\.cs$")]
    private static partial Regex FitKinds();
}
