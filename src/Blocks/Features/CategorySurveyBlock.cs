using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>Collects the distinct values of some features, at the end of a separate run before a fit.</summary>
/// <param name="features">The features, which may be parts of dates.</param>
/// <param name="run">The run's supervisor.</param>
internal sealed class CategorySurveyBlock(IReadOnlyList<Feature> features, RunSupervisor run) : GuardedTarget<DataBatch>("categories", run)
{
    /// <summary>Maximum number of categories in a column: a column with more values probably holds numbers or keys instead.</summary>
    public const int MostCategories = 65_536;

    /// <summary>Shape [features]: their columns' fields, once a batch has arrived.</summary>
    public ColumnField[] Fields { get; private set; } = [];

    /// <summary>Keeps the rows of a batch and returns true; null if they are not wanted, or a batch could not be kept.</summary>
    public Func<DataBatch, IReadOnlyList<BatchColumn>, bool>? Keep { get; set; }

    /// <summary>The values so far.</summary>
    public CategoryStatistics Found { get; } = new(features.Count);

    private protected override ValueTask TakeAsync(DataBatch item)
    {
        BatchColumn[] columns = [.. features.Select(f => DateParts.Of(f, item[f.Column]))];
        for (var c = 0; c < columns.Length; c++)
        {
            Found.Add(c, columns[c]);
            if (Found.Count(c) > MostCategories)
                throw new FlowException(ErrorKind.Data, $"{item.Locate(0)}, column '{features[c].Source}'", $"more than {MostCategories} different values",
                    $"at most {MostCategories} categories",
                    "choose a distribution of numbers for this column, or group its values first");
            if (Found.TextBytes > Run.Options.Budget / 8)
                throw new FlowException(ErrorKind.Data, $"{item.Locate(0)}, column '{features[c].Source}'",
                    $"categories of more than {new MemorySize(Found.TextBytes)} of text in all",
                    $"at most {new MemorySize(Run.Options.Budget / 8)}, an eighth of the memory budget",
                    "give more memory (PipelineOptions.MemoryBudget), or leave out columns of long texts");
        }
        if (Keep?.Invoke(item, columns) == false) Keep = null;
        if (Fields.Length == 0) Fields = [.. features.Select(f => item[f.Column].Field)];
        Found.Rows += item.Rows;
        Run.Accounts.Leave(Name, item.Index, item.Rows, item.Rejected);
        item.Release();
        return ValueTask.CompletedTask;
    }

    private protected override string Describe(DataBatch item) => Guard.Describe(item);

    private protected override ValueTask FinishAsync() => ValueTask.CompletedTask;
}
