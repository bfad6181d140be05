using System.Globalization;
using System.Text;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Models.Tests.Networks;

/// <summary>
/// Networks whose files were damaged at random: each is refused with an error of ours, or read to a network that its own file brings back to the bit. Cases
/// come from fixed seeds, 3000 a format; the environment variable PIPELINES_PROPERTY_CASES sets another number (the long form: 100000).
/// </summary>
public sealed class BifFuzzTests
{
    private static readonly int cases =
        int.TryParse(Environment.GetEnvironmentVariable("PIPELINES_PROPERTY_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 3000;

    private static readonly string[] bifWords =
    [
        "network ", "variable ", "probability ", "type discrete ", "property x;", "table ", "default ", "{", "}", "(", ")", "[", "]", ",", ";", "|", "\"", "\\",
        "//", "/*", "*/", "\n", "\0", "\uD83D", "v0", "v1", "0", "1", "-1", "1e-400", "1e400", "NaN", "0.5", "99999999999", " ",
    ];

    private static readonly string[] jsonWords =
    [
        "null", "true", "-1", "0", "1", "1e999", "NaN", "-Infinity", "\"nan\"", "\"0\"", "\"1\"", "\"1.0\"", "\"True\"", "[]", "{}", "[", "]", "{", "}", ",",
        ":", "\"", "\\", "\"int\"", "\"str\"", "\"weight\":2", "\"DiscreteDistribution\"", "\"BayesianNetwork\"", "\"states\"", "\"structure\"",
    ];

    [Fact]
    public void Damaged_BIF_is_refused_or_read()
    {
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < cases; seed++)
        {
            var text = Damaged(BifFile.Write(RandomNetworks.Network(seed % 50, 1 + (seed % 4))), seed, bifWords);
            try
            {
                var network = BifFile.Parse(text);
                Assert.True(network.Equals(BifFile.Parse(BifFile.Write(network))), $"seed {seed}");
                read++;
            }
            catch (ModelException e)
            {
                Check(e, $"seed {seed}: {e.Message}");
                Assert.StartsWith("BIF, line ", e.Place, StringComparison.Ordinal);
                refused++;
            }
        }
        // Both must happen often, or this test says nothing.
        Assert.True(read > cases / 50 && refused > cases / 5, $"{read} were read, {refused} refused");
    }

    [Fact]
    public void Damaged_JSON_of_pomegranate_is_refused_or_read()
    {
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < cases; seed++)
        {
            var network = RandomNetworks.Network(seed % 50, 1 + (seed % 4));
            var text = Damaged(Encoding.ASCII.GetString(PomegranateFile.Write(new(network), out _)), seed, jsonWords);
            try
            {
                var saved = SavedModel.FromJson(Encoding.UTF8.GetBytes(text));
                Assert.True(saved.Model.Equals(SavedModel.FromJson(saved.ToJson()).Model), $"seed {seed}");
                if (saved.Model is BayesianNetwork)
                    Assert.True(saved.Model.Equals(SavedModel.FromJson(PomegranateFile.Write(saved, out _)).Model), $"seed {seed}");
                read++;
            }
            catch (ModelException e)
            {
                Check(e, $"seed {seed}: {e.Message}");
                refused++;
            }
        }
        Assert.True(read > cases / 50 && refused > cases / 5, $"{read} were read, {refused} refused");
    }

    private static void Check(ModelException e, string what)
    {
        Assert.True(e.Kind == ErrorKind.ModelFile, what);
        Assert.True(e.Message.Length <= 300, what);
    }

    // Takes parts out, doubles or moves them, and puts words in.
    private static string Damaged(string text, int seed, string[] words)
    {
        var random = new SeededRandom(seed, 91);
        for (var times = 1 + Next(3); times > 0; times--)
        {
            var (from, length) = (Next(text.Length), 1 + Next(Next(4) == 0 ? 200 : 6));
            var part = text[from..Math.Min(text.Length, from + length)];
            var to = Next(text.Length);
            text = Next(6) switch
            {
                0 => text.Remove(from, part.Length),
                1 => text.Insert(to, part),
                2 => text[..from],
                3 => text.Remove(from, 1).Insert(from, words[Next(words.Length)]),
                4 => Swapped(),
                _ => text.Insert(to, words[Next(words.Length)]),
            };
            if (text.Length == 0) break;
        }
        return text;

        int Next(int most) => most == 0 ? 0 : (int)random.NextInt64(most);

        // A digit or letter for another.
        string Swapped()
        {
            var at = Next(text.Length);
            return text.Remove(at, 1).Insert(at, ((char)(' ' + Next(95))).ToString());
        }
    }
}
