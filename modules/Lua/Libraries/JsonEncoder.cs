using System.Buffers;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>cjson.encode. Source: lua-cjson 2.1.0.</summary>
internal ref struct JsonEncoder(Stack stack, JsonConfig config, ByteBuffer buffer)
{
    private static readonly SearchValues<byte> s_escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(static i => (byte)i), (byte)'"', (byte)'\\', (byte)'/', 127]);

    private readonly Stack _stack = stack;
    private readonly JsonConfig _config = config;
    private readonly ByteBuffer _buffer = buffer;

    /// <summary>Why it failed.</summary>
    public string? Error { get; private set; }

    /// <summary>Writes the value on top of the stack; leaves it there.</summary>
    public bool Append(int depth)
    {
        switch (_stack.Type(-1))
        {
            case Native.TypeString:
                AppendString(_stack.Bytes(-1));
                return true;
            case Native.TypeNumber:
                return AppendNumber(-1);
            case Native.TypeBoolean:
                _buffer.Add(_stack.Boolean(-1) ? "true"u8 : "false"u8);
                return true;
            case Native.TypeNil:
                _buffer.Add("null"u8);
                return true;
            case Native.TypeTable:
                return AppendTable(depth + 1);
            case Native.TypeLightUserData when _stack.UserData(-1) == 0:
                _buffer.Add("null"u8);
                return true;
            default:
                return Refuse(-1, "type not supported");
        }
    }

    private bool Refuse(int index, string reason)
    {
        Error ??= $"Cannot serialise {_stack.TypeName(index)}: {reason}";
        return false;
    }

    private bool AppendTable(int depth)
    {
        // A callback runs on the thread's own stack: what a script may set as its limit is not all that it gets.
        if (depth > _config.EncodeMaxDepth || !_stack.Ensure(5) || depth > LuaContext.NestingMax)
        {
            Error ??= $"Cannot serialise, excessive nesting ({depth})";
            return false;
        }

        if (!TryArrayLength(out long length)) return false;
        return length > 0 ? AppendArray(length, depth) : AppendObject(depth);
    }

    /// <summary>The largest index of a table with whole positive keys only; -1 for another one.</summary>
    private bool TryArrayLength(out long max)
    {
        max = 0;
        long items = 0;
        int table = _stack.Top;
        _stack.PushNil();
        while (_stack.Next(table))
        {
            double key;
            if (_stack.Type(-2) == Native.TypeNumber && (key = _stack.Number(-2)) >= 1 && Math.Floor(key) == key)
            {
                max = Math.Max(max, (long)Math.Min(key, int.MaxValue));
                items++;
                _stack.Pop();
                continue;
            }

            _stack.SetTop(table);
            max = -1;
            return true;
        }

        if (_config.SparseRatio > 0 && max > items * _config.SparseRatio && max > _config.SparseSafe)
        {
            if (!_config.SparseConvert) return Refuse(-1, "excessively sparse array");
            max = -1;
        }

        return true;
    }

    private bool AppendArray(long length, int depth)
    {
        _buffer.Add((byte)'[');
        for (long i = 1; i <= length; i++)
        {
            if (i > 1) _buffer.Add((byte)',');
            _stack.RawGet(-1, i);
            if (!Append(depth)) return false;
            _stack.Pop();
        }

        _buffer.Add((byte)']');
        return true;
    }

    private bool AppendObject(int depth)
    {
        _buffer.Add((byte)'{');
        bool isFirst = true;
        int table = _stack.Top;
        _stack.PushNil();
        while (_stack.Next(table))
        {
            if (!isFirst) _buffer.Add((byte)',');
            isFirst = false;
            int key = _stack.Type(-2);
            if (key == Native.TypeNumber)
            {
                _buffer.Add((byte)'"');
                if (!AppendNumber(-2)) return false;
                _buffer.Add("\":"u8);
            }
            else if (key == Native.TypeString)
            {
                AppendString(_stack.Bytes(-2));
                _buffer.Add((byte)':');
            }
            else
            {
                return Refuse(-2, "table key must be a number or string");
            }

            if (!Append(depth)) return false;
            _stack.Pop();
        }

        _buffer.Add((byte)'}');
        return true;
    }

    private bool AppendNumber(int index)
    {
        double number = _stack.Number(index);
        if (!double.IsFinite(number))
        {
            if (_config.EncodeInvalidNumbers == 0) return Refuse(index, "must not be NaN or Inf");
            if (_config.EncodeInvalidNumbers == 2 || double.IsNaN(number))
            {
                _buffer.Add(double.IsNaN(number) && _config.EncodeInvalidNumbers == 1 ? "nan"u8 : "null"u8);
                return true;
            }
        }

        _buffer.Advance(GeneralText.Format(number, _config.Precision, _buffer.Room(GeneralText.BytesMax)));
        return true;
    }

    private readonly void AppendString(ReadOnlySpan<byte> text)
    {
        _buffer.Add((byte)'"');
        while (true)
        {
            int plain = text.IndexOfAny(s_escaped);
            if (plain < 0) break;
            _buffer.Add(text[..plain]);
            AppendEscape(text[plain]);
            text = text[(plain + 1)..];
        }

        _buffer.Add(text);
        _buffer.Add((byte)'"');
    }

    private readonly void AppendEscape(byte value)
    {
        _buffer.Add((byte)'\\');
        switch (value)
        {
            case (byte)'\b': _buffer.Add((byte)'b'); break;
            case (byte)'\t': _buffer.Add((byte)'t'); break;
            case (byte)'\n': _buffer.Add((byte)'n'); break;
            case (byte)'\f': _buffer.Add((byte)'f'); break;
            case (byte)'\r': _buffer.Add((byte)'r'); break;
            case (byte)'"' or (byte)'\\' or (byte)'/': _buffer.Add(value); break;
            default:
                _buffer.Add("u00"u8);
                _buffer.Add("0123456789abcdef"u8[value >> 4]);
                _buffer.Add("0123456789abcdef"u8[value & 15]);
                break;
        }
    }
}
