using System.Text;

namespace ModularKv.Lua.Tests;

/// <summary>The lists of scripts, one a line, a byte per character.</summary>
internal static class ScriptList
{
    /// <summary>The scripts of a list.</summary>
    public static IEnumerable<string> Read(string name)
    {
        using Stream stream = typeof(ScriptList).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0) yield return line;
        }
    }
}
