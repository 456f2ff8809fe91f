using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>Cursors as clients send them.</summary>
public static class ScanCursor
{
    /// <summary>
    /// Reads a cursor with strtoul's tolerance, which Redis shows: a sign is fine and "-1" wraps around, nothing at all is 0, what does
    /// not fit 64 bits is refused; it is a C string, ending at a zero byte. Source: parseScanCursorOrReply.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ulong cursor)
    {
        cursor = 0;
        text = Words.Shown(text);
        if (text.IsEmpty) return true;
        bool negative = text[0] == '-';
        ReadOnlySpan<byte> digits = negative || text[0] == '+' ? text[1..] : text;
        if (digits.IsEmpty) return false;
        foreach (byte b in digits)
        {
            uint digit = (uint)b - '0';
            if (digit > 9 || cursor > (ulong.MaxValue - digit) / 10) return false;
            cursor = cursor * 10 + digit;
        }

        if (negative) cursor = 0 - cursor;
        return true;
    }
}
