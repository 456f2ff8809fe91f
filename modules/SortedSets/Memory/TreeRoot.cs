using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets.Memory;

/// <summary>The value bytes of a large sorted set.</summary>
internal static unsafe class TreeRoot
{
    /// <summary>How many they are.</summary>
    public static int Bytes => sizeof(TreeSet);
}
