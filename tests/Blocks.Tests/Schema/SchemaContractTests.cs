using System.IO.Compression;
using Parquet;
using Parquet.Schema;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks.Tests.Schema;

/// <summary>The table of what becomes of each change of a column, case by case.</summary>
public sealed class SchemaContractTests
{
    private static readonly Feature[] fitted =
    [
        new("a") { Type = "double", IsNullable = false, Minimum = -1.5, Maximum = 2 },
        new("b") { Type = "int32", IsNullable = true, Minimum = 0, Maximum = 10 },
    ];

    private static readonly InspectedColumn a = new("a", "DOUBLE", "Double", false, null);
    private static readonly InspectedColumn b = new("b", "INT32", "Int32", true, null);

    /// <summary>What is changed, the columns, and all that is found.</summary>
    public static TheoryData<string, InspectedColumn[], string> Cases => new()
    {
        { "nothing", [a, b], "" },
        { "dropped", [b], "Error Dropped f: found no column 'a', expected the model's feature 'a' among its columns" },
        { "another case of letters", [a, b with { Name = "B" }],
            "Error Dropped f: found no column 'b', expected the model's feature 'b' among its columns|Noted Added f: columns that are not features: B; they "
                + "stay as they are" },
        { "added", [a, new("c", "BYTE_ARRAY STRING", "String", true, null), b], "Noted Added f: columns that are not features: c; they stay as they are" },
        { "retyped", [a with { ValueType = "Single" }, b with { ValueType = "Int64" }],
            "Warning Retyped f, column 'a': found float, expected double as when the model was fitted; the values are taken as numbers|Warning Retyped f, "
                + "column 'b': found int64, expected int32 as when the model was fitted; the values are taken as numbers" },
        { "retyped to text", [a with { ValueType = "String" }, b],
            "Error NotNumeric f, column 'a': found values of type string, expected numbers, double when the model was fitted" },
        { "retyped to time", [a, b with { ValueType = "DateTime" }],
            "Error NotNumeric f, column 'b': found values of type timestamp, expected numbers, int32 when the model was fitted" },
        { "unreadable", [a, b with { ValueType = null, Obstacle = "it is encrypted" }],
            "Error NotNumeric f, column 'b': found a column that cannot be read: it is encrypted, expected numbers, int32 when the model was fitted" },
        { "reordered", [b, a], "Noted Reordered f: features in the order b, a; they are taken by name" },
        { "newly nullable", [a with { IsNullable = true }, b], "Warning NewlyNullable f, column 'a': found a column that may hold nulls, expected none as when "
            + "the model was fitted; missing values are left out of their row's probability" },
        { "newly nullable, with nulls told", [a with { IsNullable = true, Nulls = 3 }, b],
            "Warning NewlyNullable f, column 'a': found a column that may hold nulls (it contains 3 nulls), expected none as when the model was fitted; "
                + "missing values are left out of their row's probability" },
        { "newly nullable, with no null told", [a with { IsNullable = true, Nulls = 0 }, b],
            "Noted NewlyNullable f, column 'a': a column that may hold nulls (it contains 0 nulls); none as when the model was fitted; missing values are left "
                + "out of their row's probability" },
        { "no longer nullable", [a, b with { IsNullable = false }], "" },
        { "values below", [a with { Range = (-2.5, 2) }, b], "Warning OutOfRange f, column 'a': found values from -2.5 to 2 (file statistics), expected -1.5 "
            + "to 2 as when the model was fitted; the model is unreliable outside this range" },
        { "values above", [a, b with { Range = (1, 13) }], "Warning OutOfRange f, column 'b': found values from 1 to 13 (file statistics), expected 0 to 10 "
            + "as when the model was fitted; the model is unreliable outside this range" },
        { "values a little below", [a with { Range = (-1.75, 2) }, b],
            "Noted OutOfRange f, column 'a': values from -1.75 to 2 (file statistics); a little outside of -1.5 to 2 as when the model was fitted" },
        { "values within", [a with { Range = (-1.5, 2) }, b with { Range = (3, 4) }], "" },
        { "everything", [new("z", "", "Guid", false, null), b with { IsNullable = true, ValueType = "Double", Range = (-3, 1) }],
            "Error Dropped f: found no column 'a', expected the model's feature 'a' among its columns|Warning Retyped f, column 'b': found double, expected "
                + "int32 as when the model was fitted; the values are taken as numbers|Warning OutOfRange f, column 'b': found values from -3 to 1 (file "
                + "statistics), expected 0 to 10 as when the model was fitted; the model is unreliable outside this range|Noted Added f: columns that are "
                + "not features: "
                + "z; they stay as they are" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_change_has_its_outcome(string what, InspectedColumn[] columns, string expected)
    {
        var contract = SchemaContract.Check(Model(fitted), [File("f", columns)]);
        Assert.Equal($"{what}: {expected}", $"{what}: {string.Join('|', contract.Findings.Select(f => $"{f.Outcome} {f.Change} {f}"))}");
        if (contract.Errors.Count == 0) contract.ThrowIfBroken();
        else Assert.Equal(ErrorKind.Data, Assert.Throws<FlowException>(contract.ThrowIfBroken).Kind);
    }

    [Fact]
    public void A_model_that_knows_only_names_asks_for_numbers_of_those_names()
    {
        var names = Model(new Feature("a"), new Feature("b"));
        Assert.Empty(SchemaContract.Check(names, [File("f", a with { ValueType = "Byte", IsNullable = true, Range = (-1e9, 1e9) }, b)]).Findings);
        Assert.Equal("f, column 'a': found values of type string, expected numbers; give files with the columns that the model was fitted to, or another model",
            Assert.Throws<FlowException>(SchemaContract.Check(names, [File("f", a with { ValueType = "String" }, b)]).ThrowIfBroken).Message);
        Assert.Empty(SchemaContract.Check(new SavedModel(TestData.Mixture()), [File("f")]).Findings);
    }

    [Fact]
    public void Errors_of_all_files_are_counted_in_one_message()
    {
        var files = Enumerable.Range(0, 7).Select(i => File($"f{i}", new InspectedColumn("c", "", "Int32", false, null)));
        var contract = SchemaContract.Check(Model(fitted), files);
        Assert.Equal(14, contract.Errors.Count);
        Assert.Equal(1, contract.Findings.Count(f => f.Change == SchemaChange.Added));
        Assert.Equal(
            "f0: found no column 'a' (and 13 more missing or unusable columns), expected the model's feature 'a' among its columns; "
            + "give files with the columns that the model was fitted to, or another model",
            Assert.Throws<FlowException>(contract.ThrowIfBroken).Message);
        var warned = SchemaContract.Check(Model(fitted), Enumerable.Range(0, 12).Select(i => File($"f{i}", a with { ValueType = "Single" }, b)));
        Assert.Equal(["f0, column 'a': found float, expected double as when the model was fitted; the values are taken as numbers (11 more files likewise)"],
            warned.WarningTexts);
    }

    [Fact]
    public async Task Files_of_another_writer_tell_their_ranges_and_nulls()
    {
        var folder = Directory.CreateTempSubdirectory("pipelines-tests-");
        try
        {
            var path = Path.Combine(folder.FullName, "net.parquet");
            var schema = new ParquetSchema(new DataField<double>("a"), new DataField<int?>("b"), new DataField<uint>("u"), new DataField<string>("s"),
                new DataField<long?>("none"));
            await using (var stream = System.IO.File.Create(path))
            await using (var writer = await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionLevel = CompressionLevel.Fastest }))
            {
                foreach (var sign in new[] { 1, -1 })
                {
                    using var group = writer.CreateRowGroup();
                    await group.WriteAsync<double>(schema.DataFields[0], new double[] { sign * 3, sign * 0.25, 1 }.AsMemory());
                    await group.WriteAsync<int>(schema.DataFields[1], new int?[] { null, sign * 7, 2 }.AsMemory());
                    await group.WriteAsync<uint>(schema.DataFields[2], new uint[] { 1, uint.MaxValue, 2 }.AsMemory());
                    await group.WriteAsync(schema.DataFields[3], new string?[] { "p", null, "q" });
                    await group.WriteAsync<long>(schema.DataFields[4], new long?[3].AsMemory());
                }
            }
            var columns = (await ParquetInspection.OfAsync([path])).Single().Columns.ToDictionary(c => c.Name);
            Assert.Equal(((double, double)?)(-3, 3), columns["a"].Range);
            Assert.Equal(((double, double)?)(-7, 7), columns["b"].Range);
            Assert.Equal(2, columns["b"].Nulls);
            Assert.Null(columns["s"].Range);
            // Nothing but nulls: what stands in their place is no range.
            Assert.Null(columns["none"].Range);
            Assert.Contains(columns["u"].Range, new (double, double)?[] { (1, uint.MaxValue), null });

            var contract = await Pipeline.FromParquet(path).CompareAsync(Model(fitted));
            Assert.Equal(
                [
                    $"{path}, column 'b': found values from -7 to 7 (file statistics), expected 0 to 10 as when the model was fitted; the model is "
                        + "unreliable outside this range",
                    $"{path}, column 'a': found values from -3 to 3 (file statistics), expected -1.5 to 2 as when the model was fitted; the model is "
                        + "unreliable outside this range",
                ],
                contract.WarningTexts);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Sources_in_memory_are_compared_by_their_columns()
    {
        var source = MemorySource.FromArrays(("a", new float[] { 1 }), ("b", new int?[] { 1 }));
        var contract = await Pipeline.From(source).CompareAsync(Model(fitted));
        Assert.Equal(["memory, column 'a': found float, expected double as when the model was fitted; the values are taken as numbers"], contract.WarningTexts);
    }

    [Fact]
    public async Task What_a_fit_saw_of_its_features_is_saved_and_read_again()
    {
        var source = MemorySource.FromArrays(("x", new double?[] { 3, null, -0.0, 2.5, double.NaN }), ("n", new short[] { 5, 4, 6, 5, 4 }));
        var fittedModel = await Pipeline.From(source).FitAsync(new KMeansEstimator(2), new FitOptions { MaxIterations = 2 });
        Feature[] expected = [new("x") { Type = "double", IsNullable = true, Minimum = 0, Maximum = 3 },
            new("n") { Type = "int16", IsNullable = false, Minimum = 4, Maximum = 6 }];
        var read = SavedModel.FromJson(fittedModel.Saved.ToJson());
        Assert.Equal(expected.Select(Text), read.Features!.Select(Text));
        Assert.Equal(fittedModel.Saved.ToJson(), read.ToJson());
        // Zero has no sign there: which zero came first depends on the threads.
        Assert.False(double.IsNegative(read.Features![0].Minimum!.Value));

        static string Text(Feature f) => FormattableString.Invariant($"{f.Name} {f.Type} {f.IsNullable} {f.Minimum} {f.Maximum}");
    }

    private static SavedModel Model(params Feature[] features) => new(TestData.Mixture(), features);

    private static ParquetInspection File(string name, params InspectedColumn[] columns) => new(name, 0, 0, "", columns, [], 0);
}
