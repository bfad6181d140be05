using System.Globalization;
using DuckDB.NET.Data;

namespace Pipelines.Memory;

/// <summary>Makes data that tempts a reader to hold too much in memory: <c>Memory CASE FILE [ROWS]</c>. DuckDB writes it, with pages of up to 100 MB.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length < 2) return Usage();
        var rows = args.Length > 2 ? long.Parse(args[2], CultureInfo.InvariantCulture) : 0;
        switch (args[0])
        {
            // One row group: incompressible numbers, some nulls, and a text column with few distinct values.
            case "group":
                Copy(args[1], rows, $"select random() as a, random() * 100 as b, case when i % 7 = 0 then null else random() end as c, 'kind ' || (i % 50) as "
                    + $"kind from range({rows}) t(i)", $"row_group_size {rows}");
                break;
            // Very many columns.
            case "columns":
                Copy(args[1], rows, $"select {string.Join(", ", Enumerable.Range(0, 2000).Select(c => $"random() + {c % 10} as x{c}"))} from "
                    + $"range({rows}) t(i)", "row_group_size 122880");
                break;
            // Strings of 100 MB.
            case "texts":
                Copy(args[1], rows, $"select i::double as x, random() as y, repeat(md5(i::varchar), 3125000) as t from range({rows}) t(i)",
                    "row_group_size 2048");
                break;
            // Simply a lot of data.
            case "size":
                Copy(args[1], rows, $"select {string.Join(", ", Enumerable.Range(0, 10).Select(c => $"random() + {c} as x{c}"))} from range({rows}) t(i)",
                    "row_group_size 122880");
                break;
            // Sequences of 1,000 rows each, by key: a number around one of three means, which changes every 50 rows, and one of 16 symbols.
            case "sequences":
                Copy(args[1], rows, $"select (i // 1000)::int as id, 4.0 * (hash(i // 50) % 3)::double + random() as x, chr((97 + (random() * 16)::int % "
                    + $"16)::int) as symbol from range({rows}) t(i)", "row_group_size 122880");
                break;
            default:
                return Usage();
        }
        return 0;
    }

    private static int Usage()
    {
        Console.Error.WriteLine("usage: Memory group|columns|texts|size|sequences FILE ROWS");
        return 2;
    }

    private static void Copy(string path, long rows, string query, string options)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        foreach (var text in (string[])["set threads = 1", "set preserve_insertion_order = true", "select setseed(0.5)",
            $"copy ({query}) to '{path}' (format parquet, codec snappy, {options})"])
        {
            using var command = connection.CreateCommand();
            command.CommandText = text;
            command.ExecuteNonQuery();
        }
        Console.Error.WriteLine($"{path}: {rows} rows, {new FileInfo(path).Length >> 20} MiB");
    }
}
