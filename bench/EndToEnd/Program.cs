namespace Pipelines.EndToEnd;

/// <summary>Whole-pipeline measurements: <c>EndToEnd SECTION [ARGUMENTS]</c>. Each prints rows of a Markdown table.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args.FirstOrDefault())
        {
            case "generate": await SyntheticSource.WriteAsync(args[1], long.Parse(args[2])); return 0;
            case "cache": await CacheSection.RunAsync(); return 0;
            case "framework": await FrameworkSection.RunAsync(args is [_, "fits"]); return 0;
            case "starts" when args is [_, "generated", var cases, ..]:
                GeneratedStarts.Run(int.Parse(args.ElementAtOrDefault(3) ?? "0"), int.Parse(cases), hasPeer: !args.Contains("alone"));
                return 0;
            case "starts": Starts.Run(args[1], int.Parse(args.ElementAtOrDefault(2) ?? "50"), args.ElementAtOrDefault(3) ?? ""); return 0;
            case "flights": await FlightsSection.RunAsync(args[1]); return 0;
            default:
                Console.Error.WriteLine("usage: EndToEnd generate FILE ROWS | cache | framework [fits] | flights FILE | starts FOLDER [SEEDS] [NAME]"
                    + " | starts generated CASES [FIRST [alone]]");
                return 2;
        }
    }
}
