namespace ModularKv.Keys;

/// <summary>Which sorted elements LIMIT lets through. Pure.</summary>
/// <param name="Start">Index of the first one.</param>
/// <param name="Count">How many.</param>
public readonly record struct SortRange(int Start, int Count)
{
    /// <summary>Applies LIMIT offset count to a number of elements; a negative offset is 0, a negative count means all.</summary>
    public static SortRange Of(long offset, long count, int length)
    {
        int start = (int)Math.Clamp(offset, 0, length);
        long rest = length - start;
        return new SortRange(start, (int)(count < 0 ? rest : Math.Min(count, rest)));
    }
}
