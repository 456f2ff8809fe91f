using System.Text.Json;
using Xunit;

namespace ModularKv.TestKit;

/// <summary>
/// Facts about Redis's commands from a file beside the repository: names, arity, flags, categories, key specifications, history. They
/// are of a later version than the redis-server that tests compare with, and win where the two differ.
/// </summary>
public static class ReferenceFacts
{
    /// <summary>Names the folder that holds commands.json.</summary>
    public const string FolderVariable = "MODULARKV_REFERENCE";

    private const string FileName = "commands.json";

    /// <summary>All commands and subcommands by name in the form "config|get"; skips the calling test where the file is absent.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Require()
    {
        string? path = Find();
        if (path == null)
        {
            Assert.Skip($"no shared/reference/{FileName} in a folder above the repository; {FolderVariable} may name its folder");
        }
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.EnumerateArray().ToDictionary(
            command => command.GetProperty("full_name").GetString()!.ToLowerInvariant().Replace(' ', '|'),
            command => command.Clone());
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder) return Existing(Path.Combine(folder, FileName));
        for (DirectoryInfo? at = new DirectoryInfo(Repository.Root).Parent; at != null; at = at.Parent)
        {
            if (Existing(Path.Combine(at.FullName, "shared", "reference", FileName)) is string path) return path;
        }
        return null;
    }

    private static string? Existing(string path) => File.Exists(path) ? path : null;
}
