using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ModularKv.Tidy.Tests;

/// <summary>One C# file of this repository.</summary>
/// <param name="Path">From the repository's root, with forward slashes.</param>
/// <param name="Lines">Without line ends.</param>
/// <param name="Root">The parsed text.</param>
public sealed record SourceFile(string Path, string[] Lines, SyntaxNode Root)
{
    /// <summary>"path:line", line from 1.</summary>
    public string At(SyntaxNode node) => $"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    /// <summary>"path:line", line from 1.</summary>
    public string At(SyntaxToken token) => $"{Path}:{token.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
}

/// <summary>The repository's own files, without build output.</summary>
public static class Source
{
    private static readonly string[] TextEndings =
        [".cs", ".csproj", ".props", ".targets",
        ".md", ".sln", ".json", ".yml", ".yaml", ".sh", ".conf", ".txt", ".editorconfig", ".tcl", ".py", "/run"];

    private static readonly string[] Skipped =
    [
        "bin", "obj", "node_modules", ".git", ".vs", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts",
    ];

    /// <summary>The folder that holds ModularKv.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All files, from the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(new DirectoryInfo(Root)).Order(StringComparer.Ordinal)];

    /// <summary>All C# files, parsed.</summary>
    public static IReadOnlyList<SourceFile> CSharp { get; } =
        [.. Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)).Select(Parse)];

    /// <summary>Files that people write and read.</summary>
    public static IEnumerable<string> TextFiles =>
        Files.Where(path => TextEndings.Any(end => path.EndsWith(end, StringComparison.Ordinal)));

    /// <summary>Names of the folders below modules/.</summary>
    public static IReadOnlyList<string> Modules { get; } =
        Directory.Exists(Absolute("modules"))
            ? [.. new DirectoryInfo(Absolute("modules")).GetDirectories().Select(d => d.Name).Order()]
            : [];

    /// <summary>An absolute path.</summary>
    public static string Absolute(string path) => Path.Combine(Root, path);

    /// <summary>The text of a file.</summary>
    public static string Read(string path) => File.ReadAllText(Absolute(path));

    /// <summary>Fails with the rule and every place that breaks it.</summary>
    public static void None(string rule, IEnumerable<string> broken)
    {
        List<string> places = [.. broken];
        Assert.True(places.Count == 0, $"{rule}\n  {string.Join("\n  ", places)}");
    }

    /// <summary>Parses text as a C# file.</summary>
    public static SourceFile ParseText(string path, string text) =>
        new(path, text.Split('\n'), CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot());

    private static SourceFile Parse(string path) => ParseText(path, Read(path));

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (FileInfo file in folder.GetFiles()) yield return Path.GetRelativePath(Root, file.FullName).Replace('\\', '/');
        foreach (DirectoryInfo below in folder.GetDirectories())
        {
            if (Skipped.Contains(below.Name)) continue;
            foreach (string file in Walk(below)) yield return file;
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at != null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "ModularKv.sln"))) return at.FullName;
        }
        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds ModularKv.sln");
    }
}
