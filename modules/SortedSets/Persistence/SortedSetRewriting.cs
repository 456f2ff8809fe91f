using ModularKv.Abstractions;
using ModularKv.SortedSets.Encodings;

namespace ModularKv.SortedSets.Persistence;

/// <summary>Writes the commands that rebuild a sorted set, a large one by pieces. Source: aof.c, rewriteSortedSetObject.</summary>
internal static class SortedSetRewriting
{
    /// <summary>As <see cref="DataType.Rewrite(Entry, ICommandSink, ref ulong)"/>; the position is a rank.</summary>
    public static bool Write(Entry value, ICommandSink commands, ref ulong position)
    {
        SetView set = new(value);
        SetCursor at = set.At((long)position);
        for (long bytes = 0; at.IsValid; )
        {
            if (bytes >= ValuePiece.Bytes) return false;
            int pairs = CountNext(set.At((long)position), ref bytes);
            commands.Begin(2 + (2 * pairs));
            commands.Argument("ZADD"u8);
            commands.Argument(value.Key);
            WritePairs(ref at, pairs, commands);
            position += (ulong)pairs;
        }

        return true;
    }

    private static void WritePairs(ref SetCursor at, int pairs, ICommandSink commands)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        Span<byte> text = stackalloc byte[PairList.ScoreBytesMax];
        for (int i = 0; i < pairs; i++, at.MoveNext())
        {
            commands.Argument(text[..NumberText.WriteDouble(text, at.Score)]);
            commands.Argument(at.Member(digits));
        }
    }

    // Another cursor looks ahead: a command begins with its number of arguments.
    private static int CountNext(SetCursor ahead, ref long bytes)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        int pairs = 0;
        long until = bytes + ValuePiece.Bytes;
        for (; pairs < ValuePiece.ItemsPerCommand && bytes < until && ahead.IsValid; pairs++, ahead.MoveNext())
        {
            bytes += ahead.Member(digits).Length + sizeof(double);
        }

        return pairs;
    }
}
