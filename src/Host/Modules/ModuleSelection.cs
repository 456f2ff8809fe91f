namespace ModularKv.Host.Modules;

/// <summary>Reads the <c>modules</c> parameter: names, <c>all</c>, <c>none</c>, and <c>-Name</c> to leave one out.</summary>
internal static class ModuleSelection
{
    /// <summary>The names that the words select, in the order of the default list, then in the order given.</summary>
    /// <param name="words">What the parameter holds. Words apply from left to right; a first word <c>-Name</c> starts from all.</param>
    /// <param name="defaults">What <c>all</c> stands for.</param>
    public static IReadOnlyList<string> Select(IReadOnlyList<string> words, IReadOnlyList<string> defaults)
    {
        var chosen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        List<string> others = [];
        if (words is [['-', ..], ..]) chosen.UnionWith(defaults);
        foreach (string word in words)
        {
            if (word.Equals("all", StringComparison.OrdinalIgnoreCase))
            {
                chosen.UnionWith(defaults);
            }
            else if (word.Equals("none", StringComparison.OrdinalIgnoreCase))
            {
                chosen.Clear();
            }
            else if (word is ['-', .. string left])
            {
                chosen.Remove(left);
            }
            else if (chosen.Add(word) && !defaults.Contains(word, StringComparer.OrdinalIgnoreCase))
            {
                others.Add(word);
            }
        }

        return [.. defaults.Where(chosen.Contains), .. others.Where(chosen.Contains)];
    }
}
