using DuckDB.NET.Data;

namespace Pipelines.Testing;

/// <summary>DuckDB as an independent writer and reader of nested columns.</summary>
internal static class DuckParquet
{
    /// <summary>
    /// Columns of every kind of nesting, as SQL over <c>i</c>: nulls and empty lists at every level, texts with few and with many distinct values, every type
    /// of leaf.
    /// </summary>
    public const string Columns =
        """
        i AS id, i * 0.25 AS x,
        CASE WHEN i % 7 = 0 THEN NULL ELSE {'a': i, 'b': CASE WHEN i % 3 = 0 THEN NULL ELSE 'text ' || (i % 50) END,
            'c': CASE WHEN i % 5 = 0 THEN NULL ELSE {'d': i * 0.5, 'e': DATE '2020-01-01' + (i % 1000)::INT} END} END AS s,
        CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN [] ELSE list_transform(range(i % 11),
            n -> CASE WHEN n % 4 = 3 THEN NULL ELSE (n * i)::INT END) END AS l,
        CASE WHEN i % 6 = 0 THEN NULL ELSE list_transform(range(i % 4), n -> {'k': 'key ' || (n * i), 'v': CASE WHEN n = 2 THEN NULL ELSE [i * 1.5,
            NULL, n] END}) END AS ls,
        CASE WHEN i % 4 = 0 THEN NULL WHEN i % 4 = 1 THEN MAP {} ELSE MAP {'p' || (i % 20): [i, NULL], 'q': CASE WHEN i % 3 = 0 THEN NULL ELSE [] END} END AS m,
        CASE WHEN i % 9 = 0 THEN NULL ELSE [[i::SMALLINT], NULL, [], [1::SMALLINT, NULL, (i % 100)::SMALLINT]] END AS ll,
        MAP {i: {'f': i::FLOAT, 'g': MAP {i % 3: 'deep ' || i}}} AS mm,
        {'t': i % 2 = 0, 'u': (i % 200)::UTINYINT, 'h': (i::HUGEINT * 1000000007), 'dec': (i / 7)::DECIMAL(38, 20),
            'ts': TIMESTAMP_NS '2001-02-03 04:05:06.123456789' + INTERVAL (i) SECOND,
         'tz': TIMESTAMPTZ '1969-12-31 23:00:00+00' + INTERVAL (i) HOUR, 'time': TIME '01:02:03' + INTERVAL (i % 1000) SECOND,
            'uuid': ('00000000-0000-0000-0000-' || lpad(i::VARCHAR, 12, '0'))::UUID,
         'blob': ('\xFF\x00' || chr((65 + i % 26)::INT))::BLOB, 'span': INTERVAL (i % 40) DAY, 'kind': (['red', 'green',
            'blue'])[1 + i % 3]::ENUM('red', 'green', 'blue'), 'nan': CASE WHEN i % 3 = 0 THEN 'nan'::DOUBLE ELSE i END} AS types,
        i % 13 AS last
        """;

    /// <summary>Runs a statement.</summary>
    public static async Task RunAsync(string sql) => await ValueAsync(sql);

    /// <summary>The first value that a query gives.</summary>
    public static async Task<object?> ValueAsync(string sql)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        await duck.OpenAsync();
        using var command = duck.CreateCommand();
        command.CommandText = $"SET threads = 1; SET TimeZone = 'UTC'; {sql}";
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Writes rows of <see cref="Columns"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="options">How DuckDB writes: row groups, page version, codec.</param>
    /// <param name="columns">The columns; null = all kinds.</param>
    /// <param name="from">The first value of <c>i</c>.</param>
    public static Task WriteAsync(string path, int rows, string options = "", string? columns = null, int from = 0) =>
        RunAsync($"COPY (SELECT {columns ?? Columns} FROM range({from}, {from + rows}) AS r(i)) TO '{path}' (FORMAT "
            + $"parquet{(options.Length > 0 ? ", " : "")}{options})");

    /// <summary>Checks that some columns of the rows of two files or globs are the same, in the same order.</summary>
    public static async Task AssertSameAsync(string expected, string found, string columns = "*")
    {
        string Rows(string path) => $"SELECT {columns}, row_number() OVER () AS place FROM read_parquet('{path}')";
        var (a, b) = (Rows(expected), Rows(found));
        var differences = await ValueAsync($"SELECT (SELECT count(*) FROM ({a} EXCEPT ALL {b})) + (SELECT count(*) FROM ({b} EXCEPT ALL {a}))");
        Assert.Equal(0L, Convert.ToInt64(differences, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(await ValueAsync($"SELECT count(*) FROM read_parquet('{expected}')"), await ValueAsync($"SELECT count(*) FROM read_parquet('{found}')"));
    }

    /// <summary>The elements of a file's schema as DuckDB tells them: names, types, repetition, logical types and field ids.</summary>
    /// <param name="path">The file.</param>
    /// <param name="without">Columns that are left out.</param>
    public static async Task<string> SchemaAsync(string path, params string[] without) => (string)(await ValueAsync(
        $"""
        SELECT string_agg(concat_ws(' ', name, type, type_length, repetition_type, num_children, converted_type, scale, precision, field_id,
            logical_type), chr(10))
        FROM (SELECT * FROM parquet_schema('{path}') OFFSET 1) WHERE name NOT IN ({string.Join(", ", without.Select(c => $"'{c}'"))})
        """))!;
}
