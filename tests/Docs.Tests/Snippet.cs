using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Pipelines.Docs.Tests;

/// <summary>Compiles a program as it stands in a page, in a console project with the SDK's default settings, and runs it.</summary>
internal static class Snippet
{
    // What the SDK's implicit usings are for a console project.
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; "
        + "global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>What a project that references Pipelines.Blocks sees.</summary>
    private static readonly MetadataReference[] references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is var n && !n.StartsWith("xunit", StringComparison.Ordinal)
                && n is not ("pipelines.dll" or "Pipelines.Docs.Tests.dll" or "Pipelines.Plotting.dll"))
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    /// <summary>Runs a program in the current folder.</summary>
    /// <param name="code">A program of top-level statements.</param>
    /// <param name="where">Its place, for messages.</param>
    /// <returns>What it printed.</returns>
    public static string Run(string code, string where)
    {
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create("Snippet", [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(code, path: where)],
            references, options);
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        // A hidden diagnostic tells of a using that is not needed.
        Assert.DoesNotContain(compilation.GetDiagnostics(),
            d => d.Severity >= DiagnosticSeverity.Warning || (d.Id == "CS8019" && d.Location.SourceTree?.FilePath == where));
        image.Position = 0;
        var entry = new AssemblyLoadContext(where).LoadFromStream(image).EntryPoint!;
        var (before, output) = (Console.Out, new StringWriter());
        Console.SetOut(TextWriter.Synchronized(output));
        try
        {
            entry.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [Array.Empty<string>()], null);
        }
        finally
        {
            Console.SetOut(before);
        }
        return output.ToString();
    }
}
