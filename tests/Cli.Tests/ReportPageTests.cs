using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Pipelines.Cli.Tests;

/// <summary>The page that <c>--report</c> writes: well-formed, complete, and in need of no other file.</summary>
public sealed class ReportPageTests : IDisposable
{
    private const string Evil = "<b>&\"x\"</b>";

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_fit_has_model_pictures_warnings_data_and_command()
    {
        await WriteAsync();
        var result = await FitAsync("--components", "1,2");
        Assert.Equal(0, result.Code);
        var page = XDocument.Parse(await File.ReadAllTextAsync(folder["report.html"]));
        var text = page.Root!.Value;
        foreach (var heading in (string[])["Warnings", "Model", "Pictures", "Data", "Choice and evaluation", "Reproduce"])
            Assert.Contains(page.Descendants("h2"), h => h.Value == heading);
        Assert.True(page.Descendants().Count(e => e.Name.LocalName == "svg") >= 3);
        var warnings = Regex.Matches(result.Error, "(?m)^pipelines: warning: (.*)$").Select(m => m.Groups[1].Value).ToArray();
        Assert.NotEmpty(warnings);
        Assert.Contains(page.Descendants("tr"), r => r.Elements().Select(c => c.Value).SequenceEqual(["part", "feature", "mean", "standard deviation"]));
        Assert.All(page.Descendants("figure"), f => Assert.NotEmpty(f.Element("figcaption")!.Value));
        Assert.Equal(warnings, page.Descendants("li").Select(e => e.Value));
        // The mean of -1, 0 and 4, the root of (4 + 1 + 9) / 3, and one value missing.
        Assert.Equal([Evil, "double", "", "40", "-1", "4", "1", "2.16025"],
            page.Descendants("tr").Last(r => r.Value.StartsWith(Evil, StringComparison.Ordinal)).Elements()
            .Select(c => c.Value));
        Assert.Contains($"pipelines fit mixture {folder["d.parquet"]} --distribution normal --output {folder["m.json"]} --report", text,
            StringComparison.Ordinal);
        Assert.Contains("--components 1,2", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_loaded_from_elsewhere()
    {
        await WriteAsync();
        Assert.Equal(0, (await FitAsync("--components", "2")).Code);
        var page = XDocument.Parse(await File.ReadAllTextAsync(folder["report.html"]));
        Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "image" or "base");
        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        foreach (var attribute in page.Descendants().Attributes().Where(a => !a.IsNamespaceDeclaration))
        {
            if (attribute.Name.LocalName is "href" or "src") Assert.Contains(attribute.Value[1..], ids);
            foreach (Match reference in Regex.Matches(attribute.Value, @"url\(#?([^)]*)\)")) Assert.Contains(reference.Groups[1].Value, ids);
        }
        Assert.DoesNotContain("@import", page.Root!.Value, StringComparison.Ordinal);
        // Browsers read an empty element that closes itself as one that is left open.
        Assert.DoesNotMatch("<(?!meta|circle|rect|path|line|polygon|polyline|use|ellipse|stop|g|text|tspan|clipPath|defs)[a-z0-9]+[^>]*/>",
            await File.ReadAllTextAsync(folder["report.html"]));
    }

    [Fact]
    public async Task Only_a_report_is_replaced()
    {
        await WriteAsync();
        await File.WriteAllTextAsync(folder["report.html"], "<!DOCTYPE html>\n<html><body>mine</body></html>");
        var refused = await FitAsync("--components", "1");
        Assert.Equal(2, refused.Code);
        Assert.StartsWith($"pipelines: error: --report {folder["report.html"]}: found ", refused.ErrorText, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["m.json"]));
        Assert.Equal(0, (await FitAsync("--components", "1", "--force")).Code);
        Assert.Equal(0, (await FitAsync("--components", "1")).Code);
    }

    [Fact]
    public async Task Scores_and_evaluations_have_theirs()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", Enumerable.Range(0, 60).Select(i => Math.Sin(i) + (i % 3)).ToArray()),
            ("kind", Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? "<near>" : "far").ToArray()));
        Assert.Equal(0, (await Tool.RunAsync("fit", "naive-bayes", folder["d.parquet"], "--label", "kind", "--distribution", "normal", "--output",
            folder["m.json"])).Code);
        Assert.Equal(0, (await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], "--report",
            folder["score.html"])).Code);
        var scored = XDocument.Parse(await File.ReadAllTextAsync(folder["score.html"]));
        Assert.Contains(scored.Descendants("td"), e => e.Value == "<near>");
        Assert.DoesNotContain("wrote", scored.Root!.Value, StringComparison.Ordinal);
        var result = await Tool.RunAsync("evaluate", folder["m.json"], folder["d.parquet"], "--label", "kind", "--report", folder["evaluation.html"]);
        Assert.Equal(0, result.Code);
        Assert.EndsWith($"wrote {folder["evaluation.html"]}\n", result.Out, StringComparison.Ordinal);
        var page = XDocument.Parse(await File.ReadAllTextAsync(folder["evaluation.html"]));
        Assert.Contains(page.Descendants("figure"), e => e.Elements().Any(c => c.Name.LocalName == "svg") && e.Element("figcaption")?.Value.Length > 0);
        Assert.Contains(page.Descendants("tr"), r => r.Elements().Select(c => c.Value).SequenceEqual(["class", "precision", "recall", "F1", "ROC area",
            "calibration error"]));
    }

    // One value of three in a row of 120 is missing; the name of the column is markup.
    private Task WriteAsync() => TestData.WriteAsync(folder["d.parquet"],
        (Evil, Enumerable.Range(0, 160).Select(i => (i % 4) switch { 0 => double.NaN, 1 => -1.0, 2 => 0, _ => 4 }).ToArray()),
        ("row_id", Enumerable.Range(0, 160).Select(i => (long)i).ToArray()));

    private Task<ToolResult> FitAsync(params string[] more) => Tool.RunAsync(["fit", "mixture", folder["d.parquet"], "--distribution", "normal", "--output",
        folder["m.json"], "--report", folder["report.html"], .. more]);
}
