using System.Buffers.Text;
using ModularKv.Lua.Libraries;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Api;

/// <summary>Turns the reply of a command into Lua values.</summary>
internal ref struct ReplyToLua(Stack stack, ReadOnlySpan<byte> reply)
{
    private readonly Stack _stack = stack;
    private readonly ReadOnlySpan<byte> _reply = reply;
    private int _at;

    /// <summary>Pushes one value; false where nesting or the stack's limit forbids.</summary>
    public bool Push(int depth)
    {
        // A callback has room for twenty values to begin with.
        if (depth > 0 && (depth > LuaContext.NestingMax || !_stack.Ensure(8))) return false;
        byte kind = _reply[_at++];
        switch (kind)
        {
            case (byte)'$':
                return PushBulk();
            case (byte)':':
                _stack.Push((double)Length());
                return true;
            case (byte)'+':
                _stack.PushTable(0, 1);
                return Named("ok"u8, Line());
            case (byte)'-':
                PushError(_stack, Line(), isCounted: true);
                return true;
            case (byte)'*':
                return PushList(depth);
            case (byte)'_':
                Line();
                _stack.PushNil();
                return true;
            case (byte)'#':
                _stack.Push(Line()[0] == 't');
                return true;
            case (byte)',':
                NumberParse.TryParsePrefix(Line(), out double value, out _);
                _stack.PushTable(0, 1);
                _stack.Push(value);
                _stack.SetField(-2, "double"u8);
                return true;
            case (byte)'(':
                _stack.PushTable(0, 1);
                return Named("big_number"u8, Line());
            case (byte)'=':
                return PushVerbatim();
            case (byte)'%':
                return PushMap(depth);
            case (byte)'~':
                return PushSet(depth);
            case (byte)'|':
                return SkipAttribute(depth);
            default:
                _stack.PushNil();
                return true;
        }
    }

    /// <summary>Pushes an error's table.</summary>
    /// <param name="stack">Where to.</param>
    /// <param name="text">Code and text, without a leading minus sign; without a blank it is a text without a code.</param>
    /// <param name="isCounted">Whether the statistics of errors have it already.</param>
    public static void PushError(Stack stack, ReadOnlySpan<byte> text, bool isCounted)
    {
        stack.Ensure(6);
        stack.PushTable(0, 2);
        text = text.Trim("\r\n"u8);
        if (text.Contains((byte)' '))
        {
            stack.Push(text);
        }
        else
        {
            Span<byte> coded = text.Length <= 512 ? stackalloc byte[text.Length + 4] : new byte[text.Length + 4];
            "ERR "u8.CopyTo(coded);
            text.CopyTo(coded[4..]);
            stack.Push(coded);
        }

        stack.SetField(-2, "err"u8);
        if (!isCounted) return;
        stack.Push(true);
        stack.SetField(-2, "ignore_error_stats_update"u8);
    }

    private readonly bool Named(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        _stack.Push(text);
        _stack.SetField(-2, name);
        return true;
    }

    private ReadOnlySpan<byte> Line()
    {
        int start = _at;
        int end = start + _reply[start..].IndexOf((byte)'\r');
        _at = end + 2;
        return _reply[start..end];
    }

    private long Length()
    {
        Utf8Parser.TryParse(_reply[_at..], out long value, out int used);
        _at += used + 2;
        return value;
    }

    private bool PushBulk()
    {
        int length = (int)Length();
        if (length < 0)
        {
            _stack.Push(false);
            return true;
        }

        _stack.Push(_reply.Slice(_at, length));
        _at += length + 2;
        return true;
    }

    private bool PushList(int depth)
    {
        long count = Length();
        if (count < 0)
        {
            _stack.Push(false);
            return true;
        }

        _stack.PushTable((int)Math.Min(count, 1 << 20));
        for (long i = 1; i <= count; i++)
        {
            if (!Push(depth + 1)) return false;
            _stack.RawSet(-2, i);
        }

        return true;
    }

    private bool PushMap(int depth)
    {
        long count = Length();
        _stack.PushTable(0, 1);
        _stack.PushTable(0, (int)Math.Min(count, 1 << 20));
        for (long i = 0; i < count; i++)
        {
            if (!Push(depth + 1) || !Push(depth + 1)) return false;
            _stack.RawSet(-3);
        }

        _stack.SetField(-2, "map"u8);
        return true;
    }

    private bool PushSet(int depth)
    {
        long count = Length();
        _stack.PushTable(0, 1);
        _stack.PushTable(0, (int)Math.Min(count, 1 << 20));
        for (long i = 0; i < count; i++)
        {
            if (!Push(depth + 1)) return false;
            _stack.Push(true);
            _stack.RawSet(-3);
        }

        _stack.SetField(-2, "set"u8);
        return true;
    }

    private bool PushVerbatim()
    {
        int length = (int)Length();
        ReadOnlySpan<byte> content = _reply.Slice(_at, length);
        _at += length + 2;
        _stack.PushTable(0, 1);
        _stack.PushTable(0, 2);
        Named("string"u8, content[4..]);
        Named("format"u8, content[..3]);
        _stack.SetField(-2, "verbatim_string"u8);
        return true;
    }

    private bool SkipAttribute(int depth)
    {
        long count = Length();
        for (long i = 0; i < count * 2; i++)
        {
            if (!Push(depth + 1)) return false;
            _stack.Pop();
        }

        return Push(depth);
    }
}
