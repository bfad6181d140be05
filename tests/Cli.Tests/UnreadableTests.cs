namespace Pipelines.Cli.Tests;

/// <summary>Files and folders that the user may not read are there: nobody is told that they are not.</summary>
public sealed class UnreadableTests : IDisposable
{
    private const string Unreachable = "found a file or folder that cannot be reached (Permission denied), expected a file, folder or glob; check the "
        + "permissions of its folders";

    private const string Unlisted = "found a folder that cannot be listed (Permission denied), expected a readable folder; check its permissions";
    private const string Unopened = "found a file that cannot be opened (Permission denied), expected a readable file; check its permissions";
    private const string NoModel = "found a file that can't be read (Permission denied), expected a readable model file; check the path and its permissions";

    private const string Unwritable = "found a folder that cannot be written (Permission denied), expected a writable folder; check its permissions, or give "
        + "another";

    private const string NoParent = "found a folder that cannot be reached (~/shut/new: Permission denied), expected a folder that exists; check its "
        + "permissions, or give another";

    private readonly Folder folder = new();

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows() && Directory.Exists(folder["shut"]))
            File.SetUnixFileMode(folder["shut"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        folder.Dispose();
    }

    [PermissionTheory]
    [InlineData("score ~/m.json ~/shut/d.parquet --output ~/s", 1, "~/shut/d.parquet: " + Unreachable)]
    [InlineData("score ~/m.json ~/shut/in/*.parquet --output ~/s", 1, "~/shut/in: " + Unreachable)]
    [InlineData("inspect ~/shut/d.parquet", 1, "~/shut/d.parquet: " + Unreachable)]
    [InlineData("score ~/m.json ~/shut/*.parquet --output ~/s", 1, "~/shut: " + Unlisted)]
    [InlineData("score ~/m.json ~/shut --output ~/s", 1, "~/shut: " + Unlisted)]
    [InlineData("verify ~/shut", 1, "~/shut: " + Unlisted)]
    [InlineData("score ~/m.json ~/un.parquet --output ~/s", 1, "~/un.parquet: " + Unopened)]
    [InlineData("score ~/shut/m.json ~/d.parquet --output ~/s", 2, "~/shut/m.json: " + NoModel)]
    [InlineData("score ~/un.json ~/d.parquet --output ~/s", 2, "~/un.json: " + NoModel)]
    [InlineData("score ~/m.json ~/d.parquet --output ~/shut/s.parquet", 2, "~/shut/s.parquet: " + Unwritable)]
    [InlineData("score ~/m.json ~/d.parquet --output ~/shut/new/s", 2, "~/shut/new/s: " + NoParent)]
    public async Task What_may_not_be_read_is_not_called_absent(string arguments, int code, string message)
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 60);
        TestData.SaveModel(folder["m.json"], "x");
        Directory.CreateDirectory(folder["shut"]);
        foreach (var (from, to) in ((string, string)[])
            [("d.parquet", "shut/d.parquet"), ("m.json", "shut/m.json"), ("d.parquet", "un.parquet"), ("m.json", "un.json")])
            File.Copy(folder[from], folder[to]);
        if (!OperatingSystem.IsWindows())
            foreach (var name in (string[])["un.parquet", "un.json", "shut"]) File.SetUnixFileMode(folder[name], UnixFileMode.None);
        var start = Tool.Command(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));
        Permission.Drop(start);
        var result = await Tool.RunProcessAsync(start, null);
        Assert.Equal((code, $"pipelines: error: {message}"), (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal)));
    }
}
