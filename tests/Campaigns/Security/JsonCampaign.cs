using System.Text;

namespace Pipelines.Campaigns.Security;

/// <summary>JSON that is made to hurt: refused with the typed error, in bounded memory, and no type that it names is ever made.</summary>
internal sealed class JsonCampaign : Campaign
{
    private const string Good = """{"format":"pipelines-model","version":1,"model":{"type":"normal","mean":0,"standardDeviation":1}}""";

    public override string Name => "hostile-json";

    public override string Title => "Hostile JSON";

    public override int Order => 40;

    public override Task RunAsync(Trials trials)
    {
        trials.Header = ["attack", "bytes", "allocated KiB", "outcome"];
        var scale = trials.Pick(1, 10);
        foreach (var (name, json, isGood) in Attacks(scale))
        {
            var bytes = Encoding.UTF8.GetBytes(json);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var outcome = Read(trials, name, bytes, isGood);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // The document's index, the texts and the numbers: a small multiple of the file, whatever stands in it.
            if (allocated > (16L << 20) + (64L * bytes.Length)) trials.Finding($"{name}: {allocated >> 20} MiB allocated for {bytes.Length >> 10} KiB");
            trials.Row(name, bytes.Length, allocated >> 10, outcome);
        }
        return Task.CompletedTask;
    }

    private static string Read(Trials trials, string name, byte[] bytes, bool isGood)
    {
        try
        {
            var model = SavedModel.FromJson(bytes);
            if (!isGood) trials.Finding($"{name}: it was read as {model.Model}");
            if (model.Model.GetType().Assembly != typeof(Model).Assembly) trials.Finding($"{name}: a {model.Model.GetType()} was made");
            return "read";
        }
        catch (ModelException e)
        {
            if (isGood) trials.Finding($"{name}: refused: {e.Message}");
            if (e.Message.Length > 2000) trials.Finding($"{name}: the error is {e.Message.Length} letters long");
            return e.Message;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            trials.Finding($"{name}: {e.GetType().Name}: {e.Message}");
            return e.GetType().Name;
        }
    }

    private static IEnumerable<(string Name, string Json, bool IsGood)> Attacks(int scale)
    {
        yield return ("nothing odd", Good, true);
        foreach (var (open, close) in new[] { ("[", "]"), ("{\"a\":", "}"), ("{\"model\":", "}") })
        {
            yield return ($"{open} 100,000 deep", string.Concat(Enumerable.Repeat(open, 100_000 * scale)), false);
            yield return ($"{open} 100,000 deep and closed",
                string.Concat(Enumerable.Repeat(open, 100_000 * scale)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000 * scale)), false);
        }
        var nested = new StringBuilder("""{"type":"normal","mean":0,"standardDeviation":1}""");
        for (var i = 0; i < 20; i++) nested.Insert(0, """{"type":"mixture","weights":[1],"components":[""").Append("]}");
        yield return ("mixtures of mixtures, 20 deep", Wrap(nested.ToString()), true);
        for (var i = 0; i < 1000; i++) nested.Insert(0, """{"type":"mixture","weights":[1],"components":[""").Append("]}");
        yield return ("mixtures of mixtures, 1,020 deep", Wrap(nested.ToString()), false);
        foreach (var number in new[] { "1e999", "-1e999", "1e-999", new string('9', 100_000), "0." + new string('0', 100_000) + "1",
            "1e" + new string('9', 1000), "NaN", "Infinity", "0x10", "01", "+1", "--1", "\"1\"", "null", "true", "[1]", "{}" })
            yield return ($"mean {Shorten(number)}", Good.Replace("\"mean\":0", $"\"mean\":{number}", StringComparison.Ordinal),
                number is "1e-999" || (number.StartsWith("0.0", StringComparison.Ordinal) && number.Length > 10));
        yield return ("standard deviation 0", Good.Replace("Deviation\":1", "Deviation\":0", StringComparison.Ordinal), false);
        yield return ("standard deviation \"NaN\"", Good.Replace("Deviation\":1", "Deviation\":\"NaN\"", StringComparison.Ordinal), false);
        yield return ("version 3", Good.Replace("\"version\":1", "\"version\":3", StringComparison.Ordinal), false);
        yield return ("version 1e0", Good.Replace("\"version\":1", "\"version\":1.5", StringComparison.Ordinal), false);
        // Of properties that stand twice readers take different ones: such a file is read differently by different programs.
        yield return ("type twice", Good.Replace("\"type\":\"normal\"", "\"type\":\"kmeans\",\"type\":\"normal\"", StringComparison.Ordinal), false);
        yield return ("mean twice", Good.Replace("\"mean\":0", "\"mean\":0,\"mean\":7", StringComparison.Ordinal), false);
        yield return ("model twice", Good.Replace("\"model\":", "\"model\":null,\"model\":", StringComparison.Ordinal), false);
        foreach (var type in new[]
        {
            "System.IO.FileInfo", "System.Diagnostics.Process", "System.Object", typeof(NormalDistribution).FullName!,
            typeof(NormalDistribution).AssemblyQualifiedName!, "Pipelines.NormalDistribution, Pipelines.Models",
            "Normal", "NORMAL", "normal ", " normal", "normal\\u0000", "../normal", "", "System.Windows.Data.ObjectDataProvider, PresentationFramework",
            new string('n', 1_000_000 * scale),
        })
        {
            yield return ($"type {Shorten(type)}", Good.Replace("\"normal\"", $"\"{type}\"", StringComparison.Ordinal), false);
            yield return ($"component of type {Shorten(type)}",
                Wrap($$"""{"type":"mixture","weights":[1],"components":[{"type":"{{type}}","mean":0,"standardDeviation":1}]}"""), false);
            yield return ($"$type {Shorten(type)}", Good.Replace("\"type\":", $"\"$type\":\"{type}\",\"type\":", StringComparison.Ordinal), true);
        }
        foreach (var type in new[] { "null", "1", "[]", "{}", "true" })
            yield return ($"type {type}", Good.Replace("\"normal\"", type, StringComparison.Ordinal), false);
        yield return ("a million weights",
            Wrap(
                $$"""{"type":"mixture","weights":[{{string.Join(',',
                    Enumerable.Repeat("1", 1_000_000 * scale))}}],"components":[{"type":"normal","mean":0,"standardDeviation":1}]}"""), false);
        yield return ("a covariance of a million empty rows",
            Wrap($$"""{"type":"multivariate-gaussian","mean":[0],"covariance":[{{string.Join(',', Enumerable.Repeat("[]", 1_000_000 * scale))}}]}"""), false);
        yield return ("a mean of a million features and a covariance of one",
            Wrap($$"""{"type":"multivariate-gaussian","mean":[{{string.Join(',', Enumerable.Repeat("0", 1_000_000 * scale))}}],"covariance":[[1]]}"""), false);
        yield return ("a feature name of 10 MB",
            Good.Replace("\"version\":1", $"\"version\":1,\"features\":[{{\"name\":\"{new string('x', 10_000_000 * scale)}\"}}]", StringComparison.Ordinal),
            true);
        yield return ("a million features", Good.Replace("\"version\":1",
            $"\"version\":1,\"features\":[{string.Join(',', Enumerable.Repeat("{\"name\":\"x\"}", 1_000_000 * scale))}]", StringComparison.Ordinal), false);
        yield return ("10 MB of white space", new string(' ', 10_000_000 * scale) + Good, true);
        yield return ("two documents", Good + Good, false);
        yield return ("a comment", "/* x */" + Good, false);
        yield return ("a comma at the end", Good.Replace("}}", "},}", StringComparison.Ordinal), false);
        yield return ("half a surrogate pair", Good.Replace("\"normal\"", "\"\\ud800\"", StringComparison.Ordinal), false);
        yield return ("nothing", "", false);
        yield return ("null", "null", false);
        yield return ("training of texts", Good.Replace("\"version\":1", "\"version\":1,\"training\":{\"rows\":\"x\"}", StringComparison.Ordinal), false);
        yield return ("training of 1e300 rows",
            Good.Replace("\"version\":1",
                "\"version\":1,\"training\":{\"rows\":1e300,\"converged\":true,\"logLikelihood\":0,"
                + "\"initialLogLikelihood\":0,\"history\":[],\"seed\":0,\"batchSize\":1,\"kernel\":\"scalar\"}", StringComparison.Ordinal), false);
    }

    private static string Wrap(string model) => $$"""{"format":"pipelines-model","version":1,"model":{{model}}}""";

    private static string Shorten(string text) => text.Length <= 60 ? text : $"{text[..10]}… ({text.Length} letters)";
}
