using System.Buffers.Binary;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>Reads MessagePack values onto the stack.</summary>
internal ref struct MessagePackReader(Stack stack, ReadOnlySpan<byte> data)
{
    private const int PresizedMax = 1 << 16;

    private readonly Stack _stack = stack;
    private ReadOnlySpan<byte> _data = data;

    /// <summary>Bytes not read.</summary>
    public readonly int Left => _data.Length;

    /// <summary>Why it failed.</summary>
    public string? Error { get; private set; }

    /// <summary>Pushes the next value.</summary>
    public bool Read(int depth)
    {
        if (_data.IsEmpty) return Missing();
        if (depth == 0 && !_stack.Ensure(4)) return TooMany();
        byte first = _data[0];
        switch (first)
        {
            case <= 0x7f or >= 0xe0:
                _stack.Push((double)(sbyte)first);
                return Skip(1);
            case <= 0x8f:
                _data = _data[1..];
                return ReadMap(first & 0xf, depth);
            case <= 0x9f:
                _data = _data[1..];
                return ReadArray(first & 0xf, depth);
            case <= 0xbf:
                return ReadBytes(1, first & 0x1f);
            case 0xc0:
                _stack.PushNil();
                return Skip(1);
            case 0xc2 or 0xc3:
                _stack.Push(first == 0xc3);
                return Skip(1);
            case 0xca or 0xcb or (>= 0xcc and <= 0xcf) or (>= 0xd0 and <= 0xd3):
                return ReadNumber(first);
            case 0xd9 or 0xda or 0xdb:
                return TryLength(1 << (first - 0xd9), out uint length) && ReadBytes(1 + (1 << (first - 0xd9)), length);
            case 0xdc or 0xdd:
                if (!TryLength(first == 0xdc ? 2 : 4, out uint items)) return false;
                _data = _data[(first == 0xdc ? 3 : 5)..];
                return ReadArray(items, depth);
            case 0xde or 0xdf:
                if (!TryLength(first == 0xde ? 2 : 4, out uint pairs)) return false;
                _data = _data[(first == 0xde ? 3 : 5)..];
                return ReadMap(pairs, depth);
            default:
                return Fail("Bad data format in input.");
        }
    }

    private bool Fail(string error)
    {
        Error ??= error;
        return false;
    }

    private bool TooMany() => Fail("stack overflow (too many return values at once; use unpack_one or unpack_limit instead.)");

    // A table, and what is in it while it is put there: the values themselves do not ask.
    private readonly bool HasRoom(int depth) => depth < LuaContext.NestingMax && _stack.Ensure(4);

    private bool Missing() => Fail("Missing bytes in input.");

    private bool Skip(int bytes)
    {
        _data = _data[bytes..];
        return true;
    }

    private bool TryLength(int bytes, out uint length)
    {
        length = 0;
        if (_data.Length < 1 + bytes) return Missing();
        for (int i = 1; i <= bytes; i++) length = (length << 8) | _data[i];
        return true;
    }

    private bool ReadBytes(int header, long length)
    {
        if (_data.Length < header + length) return Missing();
        _stack.Push(_data.Slice(header, (int)length));
        return Skip(header + (int)length);
    }

    private bool ReadNumber(byte kind)
    {
        int bytes = kind switch
        {
            0xca => 4,
            0xcb => 8,
            <= 0xcf => 1 << (kind - 0xcc),
            _ => 1 << (kind - 0xd0),
        };
        if (_data.Length < 1 + bytes) return Missing();
        ReadOnlySpan<byte> value = _data.Slice(1, bytes);
        _stack.Push(kind switch
        {
            0xca => BinaryPrimitives.ReadSingleBigEndian(value),
            0xcb => BinaryPrimitives.ReadDoubleBigEndian(value),
            0xcc => value[0],
            0xcd => BinaryPrimitives.ReadUInt16BigEndian(value),
            0xce => BinaryPrimitives.ReadUInt32BigEndian(value),
            // The original hands it over as a signed integer.
            0xcf => BinaryPrimitives.ReadInt64BigEndian(value),
            0xd0 => (sbyte)value[0],
            0xd1 => BinaryPrimitives.ReadInt16BigEndian(value),
            0xd2 => BinaryPrimitives.ReadInt32BigEndian(value),
            _ => BinaryPrimitives.ReadInt64BigEndian(value),
        });
        return Skip(1 + bytes);
    }

    private bool ReadArray(long count, int depth)
    {
        if (!HasRoom(depth)) return TooMany();
        // As large as it says, but for what says more than there can be.
        _stack.PushTable((int)Math.Min(count, Math.Min(_data.Length, PresizedMax)));
        for (long i = 1; i <= count; i++)
        {
            if (!Read(depth + 1)) return false;
            _stack.RawSet(-2, i);
        }

        return true;
    }

    private bool ReadMap(long count, int depth)
    {
        if (!HasRoom(depth)) return TooMany();
        _stack.PushTable(0, (int)Math.Min(count, Math.Min(_data.Length / 2, PresizedMax)));
        for (long i = 0; i < count; i++)
        {
            if (!Read(depth + 1)) return false;
            int key = _stack.Type(-1);
            if (!Read(depth + 1)) return false;
            if (key == Native.TypeNil) return Fail("table index is nil");
            if (key == Native.TypeString) _stack.Set(-3);
            else if (!_stack.RawSet(-3)) return Fail("table index is NaN");
        }

        return true;
    }
}
