namespace ModularKv.Host.Configuration;

/// <summary>Finds the name that a mistyped one was probably meant to be.</summary>
internal static class NameSuggestion
{
    /// <summary>More edits than this are another word, not a slip.</summary>
    private const int EditsMax = 3;

    /// <summary>Names longer than this are not measured: they are noise, and the cost is the product of both lengths.</summary>
    private const int NameLengthMax = 64;

    /// <summary>The nearest of the known names, or null when none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        if (name.Length > NameLengthMax) return null;

        string? best = null;
        int bestEdits = Math.Min(EditsMax, name.Length / 2) + 1;
        foreach (string candidate in known.Order(StringComparer.Ordinal))
        {
            if (Math.Abs(candidate.Length - name.Length) >= bestEdits) continue;
            int edits = Edits(name, candidate);
            if (edits >= bestEdits) continue;
            best = candidate;
            bestEdits = edits;
        }

        return best;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one name into the other.</summary>
    internal static int Edits(string left, string right)
    {
        var distance = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++) distance[i, 0] = i;
        for (int j = 0; j <= right.Length; j++) distance[0, j] = j;

        for (int i = 1; i <= left.Length; i++)
        {
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = distance[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                int shortest = Math.Min(replaced, Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    shortest = Math.Min(shortest, distance[i - 2, j - 2] + 1);
                }

                distance[i, j] = shortest;
            }
        }

        return distance[left.Length, right.Length];
    }
}
