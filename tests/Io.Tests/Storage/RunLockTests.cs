using System.Text.Json;
using Pipelines.Io.Storage;

namespace Pipelines.Io.Tests;

public sealed class RunLockTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Who_comes_second_is_told_who_holds_it()
    {
        using (var held = Take())
        {
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["lock"]));
            var error = Assert.Throws<FlowException>(Take);
            Assert.Equal(ErrorKind.Storage, error.Kind);
            Assert.StartsWith($"OUT: found a run that writes it now (process {Environment.ProcessId} on host {Environment.MachineName} since ", error.Message,
                StringComparison.Ordinal);
            Assert.EndsWith("), expected no other run on the same output; wait for its end, or give another output", error.Message, StringComparison.Ordinal);
        }
        Assert.Empty(folder.Entries);
        Take().Dispose();
    }

    [Theory]
    [InlineData(""), InlineData("{\"Host\":\"a"), InlineData("[1]"), InlineData("null")]
    public void A_torn_lock_that_nobody_holds_is_taken_over(string content)
    {
        File.WriteAllText(folder["lock"], content);
        Take().Dispose();
        Assert.Empty(folder.Entries);
    }

    [Fact]
    public void A_lock_of_this_host_that_nobody_holds_is_taken_over_though_its_process_lives()
    {
        File.WriteAllText(folder["lock"], Owner(Environment.MachineName, 1));
        Take().Dispose();
        Assert.Empty(folder.Entries);
    }

    [Fact]
    public void A_lock_of_another_host_is_refused_and_stays()
    {
        File.WriteAllText(folder["lock"], Owner("far-away", 4711));
        var error = Assert.Throws<FlowException>(Take);
        Assert.Equal(
            $"OUT: found the lock of a run on another host (process 4711 on host far-away since 2026-01-01: pipelines score), expected no other run on the "
                + $"same output; if that process is gone, delete {folder["lock"]} and run again; else wait for its end, or give another output",
            error.Message);
        Assert.Equal(Owner("far-away", 4711), File.ReadAllText(folder["lock"]));
    }

    [LinuxFact]
    public void A_lock_of_this_machine_under_another_name_is_taken_over()
    {
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        File.WriteAllText(folder["lock"], Owner("name-of-a-container-before", 4711, $"{boot}+12345"));
        Take().Dispose();
        Assert.Empty(folder.Entries);
    }

    [UnixFact]
    public void A_link_is_not_followed()
    {
        File.WriteAllText(folder["victim"], "precious");
        File.CreateSymbolicLink(folder["lock"], folder["victim"]);
        Assert.Contains("a symbolic link to ", Assert.Throws<FlowException>(Take).Found, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(folder["victim"]));
    }

    [LinuxFact]
    public void The_lock_of_a_file_is_as_short_as_names_have_to_be_and_differs_from_that_of_its_neighbour()
    {
        Assert.Equal(folder[".a.parquet.lock"], RunLock.Beside(folder["a.parquet"]));
        var name = new string('ä', 123);
        string[] files = [folder[$"{name}.parquet"], folder[$"{name}.parquex"]];
        var locks = files.Select(RunLock.Beside).ToArray();
        Assert.Equal(locks, files.Select(RunLock.Beside));
        Assert.NotEqual(locks[0], locks[1]);
        foreach (var path in locks)
        {
            Assert.Matches("^\\.ä{116}~[0-9a-f]{16}\\.lock$", Path.GetFileName(path));
            RunLock.Take(FileLayer.Disk, path, "OUT", () => { }).Dispose();
        }
        Assert.Empty(folder.Entries);
    }

    private RunLock Take() => RunLock.Take(FileLayer.Disk, folder["lock"], "OUT", () => { });

    private static string Owner(string host, int process, string started = "x") =>
        JsonSerializer.Serialize(new { Host = host, Process = process, Started = started, Since = "2026-01-01", Number = 1, Command = "pipelines score" });
}
