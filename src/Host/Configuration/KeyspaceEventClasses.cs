using System.Text;

namespace ModularKv.Host.Configuration;

/// <summary>The letters of <c>notify-keyspace-events</c>.</summary>
internal static class KeyspaceEventClasses
{
    /// <summary>Redis's refusal.</summary>
    public const string Invalid = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";

    /// <summary>The classes that <c>A</c> stands for, in the order in which Redis shows them; m and n must be asked for.</summary>
    private const string InAll = "g$lshzxetd";

    private const string Others = "nKEm";

    /// <summary>True when every letter is a class.</summary>
    public static bool IsValid(string classes) => classes.All(letter => letter == 'A' || InAll.Contains(letter) || Others.Contains(letter));

    /// <summary>The same classes as CONFIG GET shows them.</summary>
    /// <remarks>As in Redis 7.0, <c>n</c> is not shown beside <c>A</c>.</remarks>
    public static string Canonical(string classes)
    {
        bool all = classes.Contains('A') || InAll.All(classes.Contains);
        var shown = new StringBuilder(all ? "A" : "");
        if (!all) shown.Append([.. InAll.Where(classes.Contains)]);
        return shown.Append([.. Others.Where(letter => classes.Contains(letter) && !(all && letter == 'n'))]).ToString();
    }
}
