using System.Buffers.Text;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>cjson.decode. Source: lua-cjson 2.1.0.</summary>
internal ref struct JsonDecoder(Stack stack, JsonConfig config, ByteBuffer buffer, ReadOnlySpan<byte> text)
{
    private const int SizeGuessMax = 16;

    private readonly Stack _stack = stack;
    private readonly JsonConfig _config = config;
    private readonly ByteBuffer _buffer = buffer;
    private readonly ReadOnlySpan<byte> _text = text;
    private ReadOnlySpan<byte> _string;
    private double _number;
    private string _fault = "";
    private Kind _kind;
    private int _at;
    private int _index;
    private int _depth;

    // Objects and arrays tend to be as large as the one before: a table that is made of that size need not grow step by step.
    private int _lastFields;
    private int _lastItems;

    private enum Kind : byte
    {
        ObjectBegin,
        ObjectEnd,
        ArrayBegin,
        ArrayEnd,
        String,
        Number,
        True,
        False,
        Null,
        Colon,
        Comma,
        End,
        Error,
    }

    /// <summary>Why it failed.</summary>
    public string? Error { get; private set; }

    /// <summary>Pushes the value; false with <see cref="Error"/>, and any number of values pushed, where the text is none.</summary>
    public bool Run()
    {
        if (_text.Length >= 2 && (_text[0] == 0 || _text[1] == 0))
        {
            Error = "JSON parser does not support UTF-16 or UTF-32";
            return false;
        }

        NextToken();
        if (!Value()) return false;
        NextToken();
        return _kind == Kind.End || Expected("the end");
    }

    private readonly byte Peek(int offset = 0) => _at + offset < _text.Length ? _text[_at + offset] : (byte)0;

    private bool Expected(string what)
    {
        string found = _kind switch
        {
            Kind.Error => _fault,
            Kind.ObjectBegin => "T_OBJ_BEGIN",
            Kind.ObjectEnd => "T_OBJ_END",
            Kind.ArrayBegin => "T_ARR_BEGIN",
            Kind.ArrayEnd => "T_ARR_END",
            Kind.String => "T_STRING",
            Kind.Number => "T_NUMBER",
            Kind.True or Kind.False => "T_BOOLEAN",
            Kind.Null => "T_NULL",
            Kind.Colon => "T_COLON",
            Kind.Comma => "T_COMMA",
            _ => "T_END",
        };
        Error ??= $"Expected {what} but found {found} at character {_index + 1}";
        return false;
    }

    private bool Value()
    {
        switch (_kind)
        {
            case Kind.String: _stack.Push(_string); return true;
            case Kind.Number: _stack.Push(_number); return true;
            case Kind.True: _stack.Push(true); return true;
            case Kind.False: _stack.Push(false); return true;
            case Kind.Null: _stack.PushNull(); return true;
            case Kind.ObjectBegin: return Object();
            case Kind.ArrayBegin: return Array();
            default: return Expected("value");
        }
    }

    private bool Descend()
    {
        _depth++;
        if (_depth <= _config.DecodeMaxDepth && _depth <= LuaContext.NestingMax && _stack.Ensure(4)) return true;
        Error ??= $"Found too many nested data structures ({_depth}) at character {_at}";
        return false;
    }

    private bool Object()
    {
        if (!Descend()) return false;
        _stack.PushTable(0, _lastFields);
        int fields = 0;
        NextToken();
        if (_kind == Kind.ObjectEnd)
        {
            _depth--;
            return true;
        }

        while (true)
        {
            if (_kind != Kind.String) return Expected("object key string");
            _stack.Push(_string);
            NextToken();
            if (_kind != Kind.Colon) return Expected("colon");
            NextToken();
            if (!Value()) return false;
            _stack.Set(-3);
            fields++;
            NextToken();
            if (_kind == Kind.ObjectEnd)
            {
                _depth--;
                _lastFields = Math.Min(fields, SizeGuessMax);
                return true;
            }

            if (_kind != Kind.Comma) return Expected("comma or object end");
            NextToken();
        }
    }

    private bool Array()
    {
        if (!Descend()) return false;
        _stack.PushTable(_lastItems);
        NextToken();
        if (_kind == Kind.ArrayEnd)
        {
            _depth--;
            return true;
        }

        for (int i = 1; ; i++)
        {
            if (!Value()) return false;
            _stack.RawSet(-2, i);
            NextToken();
            if (_kind == Kind.ArrayEnd)
            {
                _depth--;
                _lastItems = Math.Min(i, SizeGuessMax);
                return true;
            }

            if (_kind != Kind.Comma) return Expected("comma or array end");
            NextToken();
        }
    }

    private void Fault(string what)
    {
        _kind = Kind.Error;
        _index = _at;
        _fault = what;
    }

    private void NextToken()
    {
        while (Peek() is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r') _at++;
        _index = _at;
        byte c = Peek();
        switch (c)
        {
            case (byte)'{': Single(Kind.ObjectBegin); return;
            case (byte)'}': Single(Kind.ObjectEnd); return;
            case (byte)'[': Single(Kind.ArrayBegin); return;
            case (byte)']': Single(Kind.ArrayEnd); return;
            case (byte)',': Single(Kind.Comma); return;
            case (byte)':': Single(Kind.Colon); return;
            case 0: _kind = Kind.End; return;
            case (byte)'"': ReadString(); return;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'): ReadNumber(); return;
            default: ReadWord(c); return;
        }
    }

    private void Single(Kind kind)
    {
        _kind = kind;
        _at++;
    }

    private void ReadWord(byte c)
    {
        ReadOnlySpan<byte> rest = _text[_at..];
        if (rest.StartsWith("true"u8)) Word(Kind.True, 4);
        else if (rest.StartsWith("false"u8)) Word(Kind.False, 5);
        else if (rest.StartsWith("null"u8)) Word(Kind.Null, 4);
        else if (c is (byte)'i' or (byte)'I' or (byte)'n' or (byte)'N' or (byte)'+' && _config.DecodeInvalidNumbers && IsInvalidNumber())
        {
            Convert();
        }
        else Fault("invalid token");
    }

    private void Word(Kind kind, int length)
    {
        _kind = kind;
        _at += length;
    }

    /// <summary>What strtod would read though JSON has no such numbers.</summary>
    private readonly bool IsInvalidNumber()
    {
        int at = _at;
        if (Peek() == '+') return true;
        if (Peek() == '-') at++;
        byte c = at < _text.Length ? _text[at] : (byte)0;
        byte next = at + 1 < _text.Length ? _text[at + 1] : (byte)0;
        if (c == '0') return (next | 0x20) == 'x' || char.IsAsciiDigit((char)next);
        if (c <= '9') return false;
        return StartsWithWord(at, "inf"u8) || StartsWithWord(at, "nan"u8);
    }

    private readonly bool StartsWithWord(int at, ReadOnlySpan<byte> word)
        => at + word.Length <= _text.Length && System.Text.Ascii.EqualsIgnoreCase(_text.Slice(at, word.Length), word);

    private void ReadNumber()
    {
        if (!_config.DecodeInvalidNumbers && IsInvalidNumber())
        {
            Fault("invalid number");
            return;
        }

        // Most numbers are short integers.
        int at = _at;
        bool isNegative = _text[at] == '-';
        if (isNegative) at++;
        long value = 0;
        int first = at;
        while (at < _text.Length && (uint)(_text[at] - '0') <= 9 && at - first < 15) value = (value * 10) + (_text[at++] - '0');
        byte next = at < _text.Length ? _text[at] : (byte)0;
        if (at > first && !char.IsAsciiDigit((char)next) && next is not ((byte)'.' or (byte)'e' or (byte)'E' or (byte)'x' or (byte)'X'))
        {
            _kind = Kind.Number;
            _number = isNegative ? -(double)value : value;
            _at = at;
            return;
        }

        Convert();
    }

    private void Convert()
    {
        if (!NumberParse.TryParsePrefix(_text[_at..], out _number, out int used))
        {
            Fault("invalid number");
            return;
        }

        _kind = Kind.Number;
        _at += used;
    }

    private void ReadString()
    {
        _at++;
        int start = _at;
        int end = _text[_at..].IndexOfAny((byte)'"', (byte)'\\', (byte)0);
        if (end >= 0 && _text[_at + end] == '"')
        {
            _string = _text.Slice(start, end);
            _at += end + 1;
            _kind = Kind.String;
            return;
        }

        _buffer.Clear();
        while (true)
        {
            byte c = Peek();
            if (c == '"') break;
            if (c == 0)
            {
                Fault("unexpected end of string");
                return;
            }

            if (c != '\\')
            {
                _buffer.Add(c);
                _at++;
                continue;
            }

            if (!ReadEscape()) return;
        }

        _at++;
        _string = _buffer.Written;
        _kind = Kind.String;
    }

    private bool ReadEscape()
    {
        byte value;
        switch (Peek(1))
        {
            case (byte)'"' or (byte)'\\' or (byte)'/': value = Peek(1); break;
            case (byte)'b': value = (byte)'\b'; break;
            case (byte)'t': value = (byte)'\t'; break;
            case (byte)'n': value = (byte)'\n'; break;
            case (byte)'f': value = (byte)'\f'; break;
            case (byte)'r': value = (byte)'\r'; break;
            case (byte)'u':
                if (ReadUnicode()) return true;
                Fault("invalid unicode escape code");
                return false;
            default:
                Fault("invalid escape code");
                return false;
        }

        _buffer.Add(value);
        _at += 2;
        return true;
    }

    private readonly int Hex4(int at)
        => at + 4 <= _text.Length && Utf8Parser.TryParse(_text.Slice(at, 4), out int value, out int used, 'x') && used == 4 ? value : -1;

    private bool ReadUnicode()
    {
        int code = Hex4(_at + 2);
        if (code < 0) return false;
        int length = 6;
        if ((code & 0xF800) == 0xD800)
        {
            if ((code & 0x400) != 0 || Peek(6) != '\\' || Peek(7) != 'u') return false;
            int low = Hex4(_at + 8);
            if (low < 0 || (low & 0xFC00) != 0xDC00) return false;
            code = (((code & 0x3FF) << 10) | (low & 0x3FF)) + 0x10000;
            length = 12;
        }

        Span<byte> utf8 = _buffer.Room(4);
        _buffer.Advance(new System.Text.Rune(code).EncodeToUtf8(utf8));
        _at += length;
        return true;
    }
}
