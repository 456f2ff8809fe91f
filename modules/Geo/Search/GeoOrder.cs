namespace ModularKv.Geo.Search;

/// <summary>
/// The order of hits by distance. Hits at the same distance come in the order in which Redis leaves them: as found where all are
/// wanted, because the C library sorts stably; where only the first are, as Bentley and McIlroy's quicksort happens to leave them.
/// </summary>
internal sealed class GeoOrder
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;
    private const int InsertionMax = 32;

    private readonly int[] _counts = new int[Digits];
    private Ranked[] _items = new Ranked[64];
    private Ranked[] _other = new Ranked[64];

    /// <summary>The hit at a place of the order.</summary>
    public int this[int place] => _items[place].Index;

    /// <summary>Sorts.</summary>
    public void Sort(ReadOnlySpan<GeoHit> hits, int wanted, bool descending)
    {
        if (_items.Length < hits.Length) _items = new Ranked[hits.Length * 2];
        for (int i = 0; i < hits.Length; i++)
        {
            // Distances are not negative, so their bits sort as they do; turned around for the farthest first.
            ulong key = BitConverter.DoubleToUInt64Bits(hits[i].Meters);
            _items[i] = new Ranked(descending ? ~key : key, i);
        }

        Span<Ranked> items = _items.AsSpan(0, hits.Length);
        if (wanted < hits.Length) PartialQuicksort(items, 0, wanted - 1);
        else if (items.Length <= InsertionMax) InsertionSort(items);
        else RadixSort(items.Length);
    }

    /// <summary>Gives memory back if there is more than so many items.</summary>
    public void Release(int kept)
    {
        if (_items.Length > kept) _items = new Ranked[64];
        if (_other.Length > kept) _other = new Ranked[64];
    }

    private static void InsertionSort(Span<Ranked> items)
    {
        for (int i = 1; i < items.Length; i++)
        {
            for (int j = i; j > 0 && items[j - 1].Key > items[j].Key; j--) (items[j - 1], items[j]) = (items[j], items[j - 1]);
        }
    }

    /// <summary>Digit by digit from the lowest; stable. A digit that all have in common costs one look.</summary>
    private void RadixSort(int count)
    {
        if (_other.Length < count) _other = new Ranked[_items.Length];
        for (int shift = 0; shift < 64; shift += DigitBits)
        {
            Array.Clear(_counts);
            foreach (ref Ranked item in _items.AsSpan(0, count)) _counts[(int)(item.Key >> shift) & (Digits - 1)]++;
            if (_counts[(int)(_items[0].Key >> shift) & (Digits - 1)] == count) continue;
            int sum = 0;
            foreach (ref int place in _counts.AsSpan())
            {
                int here = place;
                place = sum;
                sum += here;
            }

            foreach (ref Ranked item in _items.AsSpan(0, count)) _other[_counts[(int)(item.Key >> shift) & (Digits - 1)]++] = item;
            (_items, _other) = (_other, _items);
        }
    }

    /// <summary>
    /// Sorts what falls between two places and leaves the rest as it comes. Step for step Redis's pqsort, as hits at one distance end
    /// up in an order that depends on it. Source: "Engineering a Sort Function", Bentley and McIlroy, 1993.
    /// </summary>
    private static void PartialQuicksort(Span<Ranked> all, int first, int last)
    {
        int start = 0;
        int count = all.Length;
        while (true)
        {
            Span<Ranked> items = all.Slice(start, count);
            if (count < 7)
            {
                InsertionSort(items);
                return;
            }

            (int less, int greater) = Partition(items);
            if (less > 1 && first <= start + less - 1 && last >= start) PartialQuicksort(items[..less], first - start, last - start);
            int right = start + count - greater;
            if (greater <= 1 || last < right || first > right + greater - 1) return;
            start = right;
            count = greater;
        }
    }

    /// <summary>Smaller items to the left, greater ones to the right, equal ones in between.</summary>
    /// <returns>Number of smaller and of greater items.</returns>
    private static (int Less, int Greater) Partition(Span<Ranked> items)
    {
        int n = items.Length;
        Swap(items, 0, Pivot(items));
        ulong pivot = items[0].Key;

        // Equal items are gathered at both ends first.
        int equalLeft = 1, left = 1, right = n - 1, equalRight = n - 1;
        while (true)
        {
            for (; left <= right && items[left].Key <= pivot; left++)
            {
                if (items[left].Key == pivot) Swap(items, equalLeft++, left);
            }

            for (; left <= right && items[right].Key >= pivot; right--)
            {
                if (items[right].Key == pivot) Swap(items, right, equalRight--);
            }

            if (left > right) break;
            Swap(items, left++, right--);
        }

        int moved = Math.Min(equalLeft, left - equalLeft);
        for (int i = 0; i < moved; i++) Swap(items, i, left - moved + i);
        moved = Math.Min(equalRight - right, n - equalRight - 1);
        for (int i = 0; i < moved; i++) Swap(items, left + i, n - moved + i);
        return (left - equalLeft, equalRight - right);
    }

    private static int Pivot(Span<Ranked> items)
    {
        int n = items.Length;
        int middle = n / 2;
        if (n == 7) return middle;
        int low = 0, high = n - 1;
        if (n > 40)
        {
            int step = n / 8;
            low = Median(items, low, low + step, low + 2 * step);
            middle = Median(items, middle - step, middle, middle + step);
            high = Median(items, high - 2 * step, high - step, high);
        }

        return Median(items, low, middle, high);
    }

    private static int Median(Span<Ranked> items, int a, int b, int c)
    {
        ulong first = items[a].Key, second = items[b].Key, third = items[c].Key;
        if (first < second) return second < third ? b : first < third ? c : a;
        return second > third ? b : first < third ? a : c;
    }

    private static void Swap(Span<Ranked> items, int left, int right) => (items[left], items[right]) = (items[right], items[left]);

    private readonly record struct Ranked(ulong Key, int Index);
}
