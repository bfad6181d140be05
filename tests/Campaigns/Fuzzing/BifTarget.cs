using System.Text;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>A Bayesian network in BIF.</summary>
internal sealed class BifTarget : FuzzTarget
{
    public override string Name => "bif";

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. new[]
        {
            "network n {\n}\n", "variable ", "probability ( ", "type discrete [ 2 ] { x, y };", "property p;", "table ", "default ", "(x) ", " | ", "//", "/*",
            "*/", "\"", "\\\"", "0.5, 0.5;", "1e-7", "NaN", "-1", "99999999999", "}\n", "{", ";", ",", "\uFEFF",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override Task<IReadOnlyList<byte[]>> SeedsAsync() => Task.FromResult<IReadOnlyList<byte[]>>(
    [
        "variable a { type discrete [ 2 ] { x, y }; } probability ( a ) { table 0.25, 0.75; }"u8.ToArray(),
        [
            .. """
               network "n" { property p ; } // comment
               variable a b { type discrete [ 2 ] { <5, "5 + \"" }; }
               variable c { type discrete [3] { "u" "v" "w" }; property q = (1, 2) ; }
               /* comment */
               probability ( a b ) { table 0.25 0.75 ; }
               probability ( c | a b ) { (<5) 0.5, 0.4999999, 0; default 0.2, 0.3, 0.5; }
               """u8,
        ],
        [
            .. """
               variable a { type discrete [ 2 ] { x, y }; } variable b { type discrete [ 2 ] { x y }; }
               probability ( a ) { table 1 0; } probability ( b a ) { table 1, 0.5, 0, 0.5; }
               """u8,
        ],
    ]);

    public override void Run(byte[] input)
    {
        try
        {
            var network = BifFile.Read(new MemoryStream(input));
            // What was accepted can be written and read again, to the bit.
            if (!network.Equals(BifFile.Parse(BifFile.Write(network)))) throw new InvalidOperationException("the network changes when it is written");
        }
        catch (ModelException e) when (e.Place.Contains("line ", StringComparison.Ordinal))
        {
            // Refused.
        }
    }
}
