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

    /// <summary>The same classes in the order in which Redis shows them; <c>n</c> stays beside <c>A</c>, for the module to come.</summary>
    public static string Canonical(string classes)
    {
        bool all = classes.Contains('A') || InAll.All(classes.Contains);
        var shown = new StringBuilder(all ? "A" : "");
        if (!all) shown.Append([.. InAll.Where(classes.Contains)]);
        return shown.Append([.. Others.Where(classes.Contains)]).ToString();
    }
}
