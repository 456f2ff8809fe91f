using ModularKv.Abstractions;
using ModularKv.Bitmaps.Memory;

namespace ModularKv.Bitmaps.Commands;

/// <summary>Ranges of bits: BITCOUNT, BITPOS. The order of their checks is Redis 7.0's.</summary>
internal sealed class BitRangeCommands(StringKeys strings)
{
    /// <summary>BITCOUNT key [start end [BYTE|BIT]]. Source: redis.io/commands/bitcount.</summary>
    public void Count(ref CommandContext call)
    {
        // The key comes first: where it is missing, the range is not even looked at.
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!entry.Is(strings.Type))
        {
            call.Reply.WrongType();
            return;
        }

        ReadOnlySpan<byte> value = entry.Value;
        BitRange range = BitRange.Whole(value.Length);
        if (call.ArgumentCount != 2 && !TryCountRange(ref call, value.Length, out range)) return;
        call.Reply.Integer(range.IsEmpty ? 0 : BitCount.Count(value, range));
    }

    private static bool TryCountRange(ref CommandContext call, long bytes, out BitRange range)
    {
        range = BitRange.Empty;
        if (call.ArgumentCount is not (4 or 5))
        {
            call.Reply.SyntaxError();
            return false;
        }

        if (!NumberText.TryParse(call.Argument(2), out long start) || !NumberText.TryParse(call.Argument(3), out long end))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        // Two positions from the end in the wrong order: before the unit is looked at.
        if (start < 0 && end < 0 && start > end) return true;
        if (!TryUnit(ref call, 4, out bool inBits)) return false;
        range = BitRange.Cut(start, end, inBits, bytes);
        return true;
    }

    /// <summary>BITPOS key bit [start [end [BYTE|BIT]]]. Source: redis.io/commands/bitpos.</summary>
    public void Position(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(2), out long bit))
        {
            call.Reply.NotAnInteger();
            return;
        }

        if (bit is not (0 or 1))
        {
            call.Reply.Error("ERR The bit argument must be 1 or 0."u8);
            return;
        }

        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            // A missing key is an endless string of zeros.
            call.Reply.Integer(-bit);
            return;
        }

        if (!entry.Is(strings.Type))
        {
            call.Reply.WrongType();
            return;
        }

        ReadOnlySpan<byte> value = entry.Value;
        BitRange range = BitRange.Whole(value.Length);
        if (call.ArgumentCount != 3 && !TryPositionRange(ref call, value.Length, out range)) return;
        long position = range.IsEmpty ? -1 : BitSearch.First(value, range, bit == 1);

        // Without a given end, the string is followed by zeros.
        bool endless = call.ArgumentCount < 5 && bit == 0 && !range.IsEmpty;
        call.Reply.Integer(position < 0 && endless ? range.Last + 1 : position);
    }

    private static bool TryPositionRange(ref CommandContext call, long bytes, out BitRange range)
    {
        range = BitRange.Empty;
        if (call.ArgumentCount > 6)
        {
            call.Reply.SyntaxError();
            return false;
        }

        if (!NumberText.TryParse(call.Argument(3), out long start))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        if (!TryUnit(ref call, 5, out bool inBits)) return false;
        long end = bytes - 1;
        if (call.ArgumentCount >= 5 && !NumberText.TryParse(call.Argument(4), out end))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        range = BitRange.Cut(start, end, inBits, bytes);
        return true;
    }

    // BYTE where nothing is said.
    private static bool TryUnit(ref CommandContext call, int index, out bool inBits)
    {
        inBits = call.ArgumentIs(index, "bit"u8);
        if (inBits || index >= call.ArgumentCount || call.ArgumentIs(index, "byte"u8)) return true;
        call.Reply.SyntaxError();
        return false;
    }
}
