using System.Text;
using System.Text.RegularExpressions;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Resolves paths, folders and globs to files.</summary>
internal static class ParquetPaths
{
    /// <summary>
    /// The files that <paramref name="paths"/> resolve to: distinct, even if one has several names through links, in ordinal order of their full paths,
    /// independent of the working folder.
    /// </summary>
    /// <returns>Full path, and the name for messages.</returns>
    public static List<(string Path, string Name)> Resolve(IEnumerable<string> paths)
    {
        var here = Directory.GetCurrentDirectory();
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (string.IsNullOrWhiteSpace(path))
                throw new FlowException(ErrorKind.Usage, "input", "an empty path", "a file, folder or glob", "give the path of the data");
            var found = Find(path);
            files.UnionWith(found);
            if (found.Count == 0)
                throw new FlowException(ErrorKind.Usage, path, "no Parquet file", "at least one", "correct the path, the folder or the glob");
        }
        if (files.Count == 0) throw new FlowException(ErrorKind.Usage, "input", "no path", "a file, folder or glob", "give the path of the data");
        return [.. Same(files).Select(g => (Path: g[0], Name: Relative(here, g[0]))).OrderBy(f => f.Path.Replace('\\', '/'), StringComparer.Ordinal)];
    }

    /// <summary>What the user should know about the files that paths resolve to.</summary>
    public static PathNotes Notes(IReadOnlyList<string> paths)
    {
        var (all, leftOut, partitions) = (new List<string>(), new List<string>(), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var path in paths)
        {
            var found = Find(path, leftOut).Distinct(StringComparer.Ordinal).ToList();
            all.AddRange(found);
            var root = Path.GetFullPath(path);
            while (root.AsSpan().IndexOfAny("*?[") >= 0) root = Path.GetDirectoryName(root)!;
            foreach (var file in found) partitions.UnionWith(Partitions(root, file));
        }
        var here = Directory.GetCurrentDirectory();
        return new([.. Same(all).Where(g => g.Count > 1).Select(g => Relative(here, g[0])).Order(StringComparer.Ordinal)],
            [.. leftOut.Except(all).Where(IsParquet).Select(f => Relative(here, f)).Order(StringComparer.Ordinal)], [.. partitions]);
    }

    // The names of each file, the one that is no link first.
    private static IEnumerable<IReadOnlyList<string>> Same(IEnumerable<string> names) =>
        names.GroupBy(FileIdentity.Of, StringComparer.Ordinal)
            .Select(g => g.Order(StringComparer.Ordinal).OrderBy(n => new FileInfo(n).LinkTarget is null ? 0 : 1).ToArray());

    // Folders below an input whose names look like the values of a column. Those of incremental runs (run=00001) are not meant as such.
    private static IEnumerable<string> Partitions(string root, string file)
    {
        for (var folder = Path.GetDirectoryName(file); folder is not null && folder.Length > root.Length; folder = Path.GetDirectoryName(folder))
            if (Path.GetFileName(folder) is var name && name.IndexOf('=', StringComparison.Ordinal) > 0
                && !(name.StartsWith("run=", StringComparison.Ordinal) && File.Exists(Path.Combine(folder, Storage.OutputManifest.FileName))))
                yield return name;
    }

    private static List<string> Find(string path, List<string>? leftOut = null)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full)) return [full];
        if (Directory.Exists(full)) return [.. InFolder(full)];
        if (path.AsSpan().IndexOfAny("*?[") >= 0) return [.. Matches(full, leftOut).Where(IsParquet)];
        if (DiskError.IsForbidden(full)) throw Forbidden(path);
        throw new FlowException(ErrorKind.Usage, path, "no such file or folder", "a file, folder or glob", "correct the path");
    }

    private static IEnumerable<string> InFolder(string folder)
    {
        foreach (var file in List(folder, Directory.GetFiles))
            if (!IsHidden(file) && IsParquet(file)) yield return file;
        foreach (var inner in List(folder, Directory.GetDirectories))
        {
            // A link could lead back to a parent folder.
            if (IsHidden(inner) || new DirectoryInfo(inner).LinkTarget is not null) continue;
            foreach (var file in InFolder(inner)) yield return file;
        }
    }

    private static IEnumerable<string> Matches(string pattern, List<string>? leftOut)
    {
        var parts = pattern.Replace('\\', '/').Split('/');
        var first = Array.FindIndex(parts, p => p.AsSpan().IndexOfAny("*?[") >= 0);
        var root = string.Join('/', parts[..first]);
        if (root.Length == 0) root = "/";
        if (!Directory.Exists(root)) return DiskError.IsForbidden(root) ? throw Forbidden(root) : [];
        return Match(Path.GetFullPath(root), parts.AsMemory(first), leftOut);
    }

    // Left out: files that the pattern matches, as a shell would, and whose names begin with an underscore.
    private static IEnumerable<string> Match(string folder, ReadOnlyMemory<string> parts, List<string>? leftOut)
    {
        var part = parts.Span[0];
        var rest = parts[1..];
        if (part == "**")
        {
            // Any number of folders, including none.
            IEnumerable<string> here = rest.IsEmpty ? List(folder, Directory.GetFiles).Where(f => !IsHidden(f)) : Match(folder, rest, leftOut);
            foreach (var file in here) yield return file;
            foreach (var inner in List(folder, Directory.GetDirectories))
            {
                if (IsHidden(inner) || new DirectoryInfo(inner).LinkTarget is not null) continue;
                foreach (var file in Match(inner, parts, leftOut)) yield return file;
            }
            yield break;
        }
        var pattern = ToRegex(part);
        bool Fits(string path) => pattern.IsMatch(Path.GetFileName(path)) && (!IsHidden(path) || part[0] is '.' or '_');
        if (rest.IsEmpty)
        {
            var all = List(folder, Directory.GetFiles);
            leftOut?.AddRange(all.Where(f => Path.GetFileName(f)[0] == '_' && !Fits(f) && pattern.IsMatch(Path.GetFileName(f))));
            foreach (var file in all.Where(Fits)) yield return file;
            foreach (var inner in List(folder, Directory.GetDirectories).Where(Fits))
                foreach (var file in InFolder(inner)) yield return file;
        }
        else
        {
            foreach (var inner in List(folder, Directory.GetDirectories).Where(Fits))
                foreach (var file in Match(inner, rest, leftOut)) yield return file;
        }
    }

    private static Regex ToRegex(string glob)
    {
        var text = new StringBuilder("^");
        for (var i = 0; i < glob.Length; i++)
        {
            var close = glob[i] == '[' ? glob.IndexOf(']', i + 1) : -1;
            if (glob[i] == '*') text.Append(".*");
            else if (glob[i] == '?') text.Append('.');
            else if (close > i + 1)
            {
                text.Append('[').Append(glob[(i + 1)..close].Replace("\\", "\\\\").Replace('!', '^')).Append(']');
                i = close;
            }
            else text.Append(Regex.Escape(glob[i].ToString()));
        }
        return new Regex(text.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }

    private static bool IsParquet(string file) => file.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) || FooterFile.HasMagic(file);

    private static bool IsHidden(string path) => Path.GetFileName(path) is ['_' or '.', ..];

    private static FlowException Forbidden(string path) =>
        new(ErrorKind.Storage, path, "a file or folder that cannot be reached (Permission denied)", "a file, folder or glob",
            "check the permissions of its folders");

    /// <summary>The name of a file for messages: relative to the working folder if it lies in it.</summary>
    public static string NameOf(string path) => Relative(Directory.GetCurrentDirectory(), path);

    private static string Relative(string here, string path)
    {
        var relative = Path.GetRelativePath(here, path);
        return (relative.StartsWith("..", StringComparison.Ordinal) ? path : relative).Replace('\\', '/');
    }

    /// <summary>Lists a folder.</summary>
    /// <exception cref="FlowException">It cannot be listed.</exception>
    public static string[] List(string folder, Func<string, string[]> list)
    {
        try
        {
            return list(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowException(ErrorKind.Storage, folder, $"a folder that cannot be listed ({DiskError.Reason(e)})", "a readable folder",
                "check its permissions", e);
        }
    }
}
