namespace Pipelines.Cli.Tests;

/// <summary>JSON of another kind in place of a model or a state, and models that are JSON but not quite.</summary>
public sealed class OtherJsonTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_state_file_of_another_program_is_named()
    {
        await TestData.TwoBlobsAsync(folder["a.parquet"], rows: 30);
        TestData.SaveModel(folder["m.json"], "x");
        await File.WriteAllTextAsync(folder["other.json"], "{\"a\":1}");
        var result = await Tool.RunAsync("score", folder["m.json"], folder["a.parquet"], "--output", folder["out"], "--incremental", folder["other.json"]);
        Assert.Equal((2, $"pipelines: error: {folder["other.json"]}: found JSON that is no state, expected the state of incremental runs, or a file that does "
            + "not exist yet; check that it is a state file"), (result.Code, result.ErrorText));
    }

    [Fact]
    public async Task A_model_of_broken_text_or_endless_nesting_is_named()
    {
        TestData.SaveModel(folder["m.json"], "name");
        var bytes = await File.ReadAllBytesAsync(folder["m.json"]);
        bytes[bytes.AsSpan().LastIndexOf("\"name\""u8) + 2] = 0xFF;
        await File.WriteAllBytesAsync(folder["text.json"], bytes);
        await File.WriteAllTextAsync(folder["deep.json"], $"{{\"format\":{new string('[', 100)}{new string(']', 100)}}}");
        var model = await File.ReadAllTextAsync(folder["m.json"]);
        await File.WriteAllTextAsync(folder["null.json"], model.Replace("\"features\": [", "\"features\": null, \"f\": [", StringComparison.Ordinal));
        Assert.Equal((2, "pipelines: error: ~/text.json: found bytes that are not UTF-8, expected texts, numbers and lists where they belong; the file is "
            + "damaged or was edited; save the model again"), await InspectAsync("text.json"));
        Assert.Equal((2, "pipelines: error: ~/deep.json, line 1, byte 74: found more levels of nesting than a model has, expected a model in JSON; save "
            + "the model again"), await InspectAsync("deep.json"));
        Assert.Equal((2, "pipelines: error: ~/null.json, property 'features': found null, expected a list; the file is damaged or was not written by "
            + "Pipelines; save it again"), await InspectAsync("null.json"));
    }

    private async Task<(int, string)> InspectAsync(string name)
    {
        var result = await Tool.RunAsync("inspect", folder[name]);
        return (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal));
    }
}
