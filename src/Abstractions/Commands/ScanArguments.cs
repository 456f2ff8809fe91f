namespace ModularKv.Abstractions;

/// <summary>
/// Cursor and options of SCAN, HSCAN, SSCAN and ZSCAN, with Redis's texts and order of checks. One object serves a command for ever: it
/// keeps its buffer, so that reading options allocates nothing. Source: scanGenericCommand in db.c.
/// </summary>
/// <remarks>
/// In Redis the cursor is read first, then a missing key is answered with <see cref="ScanReply.SendEmpty"/> and a key of another type
/// with WRONGTYPE, and only then are the options looked at.
/// </remarks>
public sealed class ScanArguments
{
    private const long CountDefault = 10;

    /// <summary>A longer pattern's buffer is not kept, in bytes.</summary>
    private const int PatternKeptMax = 4096;

    private byte[] _pattern = new byte[64];
    private int _patternLength = -1;
    private int _typeAt;

    /// <summary>COUNT: about how many elements a call brings; at least 1.</summary>
    public long Count { get; private set; } = CountDefault;

    /// <summary>
    /// How many steps a walk may take until it has found <see cref="Count"/> elements: a sparse table must not hold the loop up.
    /// </summary>
    public long StepsMax => Count > long.MaxValue / 10 ? long.MaxValue : Count * 10;

    /// <summary>NOVALUES: only the fields of a hash.</summary>
    public bool NoValues { get; private set; }

    /// <summary>Index of TYPE's argument; 0: not given.</summary>
    public int TypeAt => _typeAt;

    /// <summary>Whether MATCH excludes anything.</summary>
    public bool HasPattern => _patternLength >= 0;

    /// <summary>Whether an element goes through MATCH.</summary>
    /// <param name="element">Borrowed for this call.</param>
    public bool Matches(ReadOnlySpan<byte> element)
        => _patternLength < 0 || GlobPattern.Matches(_pattern.AsSpan(0, _patternLength), element);

    /// <summary>Reads the argument that is the cursor.</summary>
    /// <returns>False: it is none; the error is replied.</returns>
    public static bool TryReadCursor(ref CommandContext call, int index, out ulong cursor)
    {
        if (TryParseCursor(call.Argument(index), out cursor)) return true;
        call.Reply.Error("ERR invalid cursor"u8);
        return false;
    }

    /// <summary>
    /// Reads a cursor with strtoul's tolerance, which Redis shows: a sign is fine and "-1" wraps around, nothing at all is 0, what does
    /// not fit 64 bits is refused; it is a C string, ending at a zero byte. Source: parseScanCursorOrReply.
    /// </summary>
    public static bool TryParseCursor(ReadOnlySpan<byte> text, out ulong cursor)
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
            cursor = (cursor * 10) + digit;
        }

        if (negative) cursor = 0 - cursor;
        return true;
    }

    /// <summary>Reads the options, which go to the end of the command.</summary>
    /// <param name="call">The command.</param>
    /// <param name="first">Index of the first option.</param>
    /// <param name="allowed">Options beside MATCH and COUNT.</param>
    /// <returns>False: they are malformed; the error is replied.</returns>
    public bool TryReadOptions(ref CommandContext call, int first, ScanOptions allowed)
    {
        Count = CountDefault;
        NoValues = false;
        _patternLength = -1;
        _typeAt = 0;
        for (int i = first; i < call.ArgumentCount; i++)
        {
            bool hasValue = i + 1 < call.ArgumentCount;
            if (hasValue && call.ArgumentIs(i, "count"u8))
            {
                if (!TryReadCount(ref call, ++i)) return false;
            }
            else if (hasValue && call.ArgumentIs(i, "match"u8))
            {
                Match(call.Argument(++i));
            }
            else if (hasValue && (allowed & ScanOptions.Type) != 0 && call.ArgumentIs(i, "type"u8))
            {
                _typeAt = ++i;
            }
            else if (call.ArgumentIs(i, "novalues"u8))
            {
                if (!TryOmitValues(ref call, allowed)) return false;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        return true;
    }

    private bool TryReadCount(ref CommandContext call, int at)
    {
        if (!NumberText.TryParse(call.Argument(at), out long count))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        if (count < 1)
        {
            call.Reply.SyntaxError();
            return false;
        }

        Count = count;
        return true;
    }

    private bool TryOmitValues(ref CommandContext call, ScanOptions allowed)
    {
        NoValues = (allowed & ScanOptions.NoValues) != 0;
        if (!NoValues) call.Reply.Error("ERR NOVALUES option can only be used in HSCAN"u8);
        return NoValues;
    }

    private void Match(ReadOnlySpan<byte> pattern)
    {
        // "*" is no pattern at all: as one it would not match an empty element.
        _patternLength = -1;
        if (pattern is [(byte)'*']) return;
        bool tooLarge = _pattern.Length > PatternKeptMax && pattern.Length <= PatternKeptMax;
        if (_pattern.Length < pattern.Length || tooLarge) _pattern = new byte[pattern.Length];
        pattern.CopyTo(_pattern);
        _patternLength = pattern.Length;
    }
}

/// <summary>Options of the SCAN family that not every command has.</summary>
[Flags]
public enum ScanOptions
{
    /// <summary>MATCH and COUNT only (SSCAN, ZSCAN).</summary>
    None = 0,

    /// <summary>TYPE name (SCAN).</summary>
    Type = 1,

    /// <summary>NOVALUES (HSCAN).</summary>
    NoValues = 2,
}
