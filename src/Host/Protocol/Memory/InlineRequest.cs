using System.Runtime.InteropServices;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Primitives.Memory;

namespace ModularKv.Host.Protocol.Memory;

/// <summary>A command typed as a line: words, quotes and escapes as in Redis's sdssplitargs.</summary>
internal static unsafe class InlineRequest
{
    /// <summary>
    /// Takes a line. Unquoted words point into it; words with quotes are copied into a block of their own. An empty line is a command
    /// without arguments.
    /// </summary>
    public static ParseOutcome Parse(RequestParser parser, ArgumentArena arena, ref byte* at, byte* end)
    {
        int available = (int)Math.Min(end - at, RequestLimits.InlineMax + 1);

        // As in Redis, a zero byte ends the search: such a line never completes, and is refused once it is too long.
        int newline = new ReadOnlySpan<byte>(at, available).IndexOfAny((byte)'\n', (byte)0);
        if (newline < 0 || at[newline] == 0)
        {
            return available > RequestLimits.InlineMax ? parser.Fail("too big inline request") : ParseOutcome.Incomplete;
        }

        byte* p = at;
        byte* lineEnd = at + newline;
        byte* next = lineEnd + 1;
        if (lineEnd > p && lineEnd[-1] == '\r') lineEnd--;
        int first = arena.Count;
        int count = 0;
        while (true)
        {
            while (p < lineEnd && IsSpace(*p)) p++;
            if (p >= lineEnd) break;
            Argument* argument = arena.Room(first + count, 1);
            if (!TryWord(ref p, lineEnd, argument)) return Unbalanced(parser, arena, first, count);
            arena.OwnedCount += argument->Owned;
            count++;
        }

        at = next;
        parser.First = first;
        parser.Count = count;
        arena.Count = first + count;
        return ParseOutcome.Command;
    }

    private static ParseOutcome Unbalanced(RequestParser parser, ArgumentArena arena, int first, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Argument* argument = arena.At(first + i);
            if (argument->Owned == 0) continue;
            NativeMemory.Free(argument->Bytes);
            arena.OwnedCount--;
        }

        return parser.Fail("unbalanced quotes in request");
    }

    private static bool TryWord(ref byte* p, byte* end, Argument* word)
    {
        byte* start = p;
        while (p < end && !EndsWord(*p) && *p is not ((byte)'"' or (byte)'\'')) p++;
        word->Hash = 0;
        if (p == end || EndsWord(*p))
        {
            word->Bytes = start;
            word->Length = (int)(p - start);
            word->Owned = 0;
            return true;
        }

        p = start;
        byte* copy = (byte*)NativeMemory.Alloc((nuint)(end - start) + BigArgument.Slack);
        int length = Unquote(ref p, end, copy);
        if (length < 0)
        {
            NativeMemory.Free(copy);
            return false;
        }

        word->Bytes = copy;
        word->Length = length;
        word->Owned = 1;
        return true;
    }

    private static int Unquote(ref byte* p, byte* end, byte* to)
    {
        int length = 0;
        byte quote = 0;
        while (true)
        {
            if (p == end) return quote == 0 ? length : -1;
            byte b = *p;
            if (quote == 0)
            {
                if (EndsWord(b)) return length;
                p++;
                if (b is (byte)'"' or (byte)'\'') quote = b; else to[length++] = b;
                continue;
            }

            p++;
            if (b == quote)
            {
                if (p < end && !IsSpace(*p)) return -1; // a closing quote must be followed by a space
                return length;
            }

            if (b == '\\' && p < end) b = Escape(ref p, end, quote);
            to[length++] = b;
        }
    }

    private static byte Escape(ref byte* p, byte* end, byte quote)
    {
        if (quote == '\'')
        {
            if (*p != '\'') return (byte)'\\';
            p++;
            return (byte)'\'';
        }

        if (*p == 'x' && end - p >= 3 && Hex(p[1]) >= 0 && Hex(p[2]) >= 0)
        {
            byte value = (byte)(Hex(p[1]) * 16 + Hex(p[2]));
            p += 3;
            return value;
        }

        byte b = *p++;
        return b switch { (byte)'n' => 10, (byte)'r' => 13, (byte)'t' => 9, (byte)'b' => 8, (byte)'a' => 7, _ => b };
    }

    private static int Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };

    private static bool IsSpace(byte b) => b is 32 or (>= 9 and <= 13);

    // Vertical tab and form feed separate words but do not end one.
    private static bool EndsWord(byte b) => b is 32 or 9 or 10 or 13;
}
