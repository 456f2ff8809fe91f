using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;

namespace ModularKv.SortedSets.Encodings;

/// <summary>
/// The small encoding: Redis's listpack of members, each followed by its score as text, ordered by score and member. Positions are those
/// of the members in the listpack. Source: t_zset.c, zzl….
/// </summary>
internal static class PairList
{
    /// <summary>Bytes that a score's text takes at most.</summary>
    public const int ScoreBytesMax = 40;

    private const double IntegerMax = long.MaxValue / 2;

    /// <summary>Number of pairs.</summary>
    public static int Count(ReadOnlySpan<byte> list) => Listpack.Count(list) / 2;

    /// <summary>The score of the member at a position.</summary>
    public static double ScoreAt(ReadOnlySpan<byte> list, int at) => Score(Listpack.Get(list, Listpack.Next(list, at)));

    /// <summary>The member behind; -1: none.</summary>
    public static int Next(ReadOnlySpan<byte> list, int at) => Listpack.Next(list, Listpack.Next(list, at));

    /// <summary>The member before; -1: none.</summary>
    public static int Previous(ReadOnlySpan<byte> list, int at)
    {
        int score = Listpack.Previous(list, at);
        return score < 0 ? -1 : Listpack.Previous(list, score);
    }

    /// <summary>The member of that rank.</summary>
    public static int At(ReadOnlySpan<byte> list, long rank) => Listpack.Seek(list, rank * 2);

    /// <summary>Where a member stands; -1: nowhere.</summary>
    public static int Find(ReadOnlySpan<byte> list, ReadOnlySpan<byte> member) =>
        Listpack.Find(list, Listpack.First(list), member, skip: 1);

    /// <summary>Where a new pair belongs.</summary>
    public static int PlaceFor(ReadOnlySpan<byte> list, ReadOnlySpan<byte> member, double score)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        for (int at = Listpack.First(list); at >= 0; )
        {
            int pair = at;
            ListpackElement element = Listpack.Take(list, ref at);
            double other = Score(Listpack.Take(list, ref at));
            if (other > score || (other == score && element.Text(digits).SequenceCompareTo(member) > 0)) return pair;
        }

        return Listpack.EndOf(list);
    }

    /// <summary>Bytes that a pair takes.</summary>
    public static int SizeOf(ReadOnlySpan<byte> member, double score)
    {
        if (IsInteger(score)) return Listpack.SizeOf(member) + Listpack.SizeOf((long)score);
        Span<byte> text = stackalloc byte[ScoreBytesMax];
        return Listpack.SizeOf(member) + Listpack.SizeOf(text[..NumberText.WriteDouble(text, score)]);
    }

    /// <summary>Inserts a pair; the room must be there.</summary>
    public static void Insert(Span<byte> list, int at, ReadOnlySpan<byte> member, double score)
    {
        Listpack.Insert(list, at, member);
        at += Listpack.LengthAt(list, at);
        if (IsInteger(score))
        {
            Listpack.Insert(list, at, (long)score);
            return;
        }

        Span<byte> text = stackalloc byte[ScoreBytesMax];
        Listpack.Insert(list, at, text[..NumberText.WriteDouble(text, score)]);
    }

    /// <summary>A score from its element.</summary>
    public static double Score(ListpackElement element)
    {
        if (element.IsInteger) return element.Integer;

        // Bytes that came from a file may be no number.
        return DoubleText.TryParseClamped(element.Bytes, out double score) ? score : 0;
    }

    // What Redis keeps as an integer, the negative zero included. Source: double2ll.
    private static bool IsInteger(double score) => Math.Abs(score) <= IntegerMax && score == Math.Floor(score);
}
