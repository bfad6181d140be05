using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Models.Tests;

/// <summary>How a model gets onto the disk: the old one or the new one is there, whole, whatever happens, and no other file is replaced unasked.</summary>
public sealed class SavingTests : IDisposable
{
    private static readonly SavedModel old = new(new NormalDistribution(0, 1), [new Feature("wind")]);
    private static readonly SavedModel saved = new(new NormalDistribution(-1, 2), [new Feature("delay")]);

    private readonly string folder = Directory.CreateTempSubdirectory("pipelines-tests-").FullName;

    private string Model => At("model.json");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Killed_at_any_step_or_without_power_the_old_or_the_new_model_is_there(bool isReplaced)
    {
        int steps;
        using (var disk = new SimulatedDisk())
        {
            saved.Save(Model, overwrite: false, disk);
            steps = disk.Steps;
            Assert.Equal(SimulatedDisk.StepKind.SyncFolder, disk.Log[^1]);
        }
        Assert.Equal([Model], Directory.GetFiles(folder));
        var (before, after) = (isReplaced ? old.ToJson() : null, saved.ToJson());
        // At the last one the model was saved before the power goes.
        for (var kill = 1; kill <= steps + 1; kill++)
        {
            // Without a seed: killed, the disk keeps all.
            foreach (var seed in Enumerable.Range(-1, 9))
            {
                File.Delete(Model);
                if (before is not null) File.WriteAllBytes(Model, before);
                using (var disk = new SimulatedDisk { KillAt = kill })
                {
                    var isDone = Run(() => saved.Save(Model, overwrite: false, disk));
                    if (seed >= 0) disk.CutPower(seed);
                    var seen = File.Exists(Model) ? File.ReadAllBytes(Model) : null;
                    Assert.True(Same(seen, after) || (!isDone && Same(seen, before)), $"step {kill}, seed {seed}");
                }
                using var next = new SimulatedDisk();
                saved.Save(Model, overwrite: false, next);
                Assert.Equal([Model], Directory.GetFiles(folder));
                Assert.Equal(after, File.ReadAllBytes(Model));
            }
        }

        static bool Run(Action save)
        {
            try
            {
                save();
                return true;
            }
            catch (KilledException)
            {
                return false;
            }
        }

        static bool Same(byte[]? a, byte[]? b) => a is null ? b is null : b is not null && a.AsSpan().SequenceEqual(b);
    }

    [Fact]
    public void A_full_disk_leaves_the_old_model_alone()
    {
        old.Save(Model);
        using var disk = new SimulatedDisk { Room = 10 };
        Assert.Throws<IOException>(() => saved.Save(Model, overwrite: true, disk));
        Assert.Equal([Model], Directory.GetFiles(folder));
        Assert.Equal(old.ToJson(), File.ReadAllBytes(Model));
    }

    [Theory]
    [InlineData("precious"), InlineData("{}"), InlineData("{\"note\": {\"format\": \"pipelines-model\"}}"), InlineData("[\"format\", \"pipelines-model\"]")]
    [InlineData("{\"format\": \"pipelines-output\"}"), InlineData("{\"class\": \"GeneralMixtureModel\"}")]
    public void A_file_of_another_kind_is_replaced_only_where_that_is_asked_for(string content)
    {
        File.WriteAllText(Model, content);
        var error = Assert.Throws<ModelException>(() => saved.Save(Model));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Equal(
            $"{Model}: found an existing file that is not a Pipelines model, expected a new name, or a Pipelines model to replace; "
            + "choose another name, or save with overwrite: true", error.Message);
        Assert.Equal(content, File.ReadAllText(Model));
        Assert.Equal([Model], Directory.GetFiles(folder));
        saved.Save(Model, overwrite: true);
        Assert.Equal(saved.ToJson(), File.ReadAllBytes(Model));
        Assert.Equal([Model], Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData(""), InlineData("{\"format\": \"pipelines-model\"")]
    [InlineData("\uFEFF \n{\"version\": 1, \"features\": [{\"format\": 3}], \"format\": \"pipelines-model\", \"model\"")]
    public void A_model_in_any_order_damaged_or_empty_is_replaced(string content)
    {
        File.WriteAllText(Model, content);
        saved.Save(Model);
        Assert.Equal(saved.Model, SavedModel.Load(Model).Model);
    }

    [Fact]
    public void The_program_that_saved_a_model_is_known_by_its_content()
    {
        saved.Save(At("ours"));
        File.WriteAllBytes(At("theirs"), PomegranateFile.Write(saved, out _));
        File.WriteAllText(At("shop"), "{\"class\": \"economy\"}");
        File.WriteAllText(At("part"), "{\"class\": \"NormalDistribution\"}");
        Assert.Equal([true, false, false, false, false], new[] { "ours", "theirs", "shop", "part", "none" }.Select(n => SavedModel.IsModelFile(At(n))));
        Assert.Equal([false, true, false, false, false], new[] { "ours", "theirs", "shop", "part", "none" }.Select(n => PomegranateFile.IsModelFile(At(n))));
    }

    [UnixFact]
    public void A_link_stays_and_what_it_leads_to_is_written()
    {
        Directory.CreateDirectory(At("real"));
        Directory.CreateSymbolicLink(At("way"), At("real"));
        File.CreateSymbolicLink(At("real/link.json"), "../model.json");
        saved.Save(At("way/link.json"));
        Assert.Equal("../model.json", new FileInfo(At("real/link.json")).LinkTarget);
        Assert.Equal(saved.ToJson(), File.ReadAllBytes(Model));
        File.WriteAllText(Model, "precious");
        Assert.Equal("an existing file that is not a Pipelines model", Assert.Throws<ModelException>(() => saved.Save(At("way/link.json"))).Found);
    }

    [UnixFact]
    public void Folders_and_devices_are_never_replaced()
    {
        Directory.CreateDirectory(At("folder"));
        File.CreateSymbolicLink(At("a"), At("b"));
        File.CreateSymbolicLink(At("b"), At("a"));
        (string, string)[] cases =
        [
            ("/dev/null", "a device"), (At("folder"), "a folder"), (At("a"), "symbolic links that lead in a circle"), ("/proc/version", "a pipe or device"),
        ];
        foreach (var (path, found) in cases)
        {
            Assert.Equal($"{path}: found {found}, expected a file that can be written; choose another name",
                Assert.Throws<ModelException>(() => saved.Save(path, overwrite: true)).Message);
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_synchronised_is_no_failure()
    {
        // procfs knows no fsync, as some network file systems do not.
        if (OperatingSystem.IsLinux()) FileLayer.Disk.SyncFolder("/proc/self");
        Assert.Throws<IOException>(() => FileLayer.Disk.SyncFolder(At("none")));
    }

    private string At(string name) => Path.Combine(folder, name);
}
