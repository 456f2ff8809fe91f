using System.Buffers.Binary;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>The struct library: values as C lays them out.</summary>
internal static class StructPacking
{
    private const int IntegerBytesMax = 32;

    public static void AddTo(Dictionary<string, LuaFunction> functions)
    {
        functions["struct_pack"] = Pack;
        functions["struct_unpack"] = Unpack;
        functions["struct_size"] = Size;
    }

    private static int Pack(LuaState state, Stack stack)
    {
        if (!TryFormat(stack, "pack", out var format)) return Refuse(stack, 1, "pack", "string");
        ByteBuffer buffer = ((LuaContext)state.Owner).Buffer;
        buffer.Clear();
        int argument = 2;
        while (format.Next(buffer.Count))
        {
            buffer.Add(0, format.Padding);
            switch (format.Option)
            {
                case (byte)'b' or (byte)'B' or (byte)'h' or (byte)'H' or (byte)'l' or (byte)'L' or (byte)'T' or (byte)'i' or (byte)'I':
                    if (!stack.TryNumber(argument, out double integer)) return Refuse(stack, argument, "pack", "number");
                    argument++;
                    AddInteger(buffer, integer, format.Bytes, format.IsBig);
                    break;
                case (byte)'x':
                    buffer.Add(0);
                    break;
                case (byte)'f' or (byte)'d':
                    if (!stack.TryNumber(argument, out double number)) return Refuse(stack, argument, "pack", "number");
                    argument++;
                    AddFloat(buffer, number, format.Bytes == 4, format.IsBig);
                    break;
                case (byte)'c' or (byte)'s':
                    if (!TryText(stack, argument, out ReadOnlySpan<byte> text)) return Refuse(stack, argument, "pack", "string");
                    argument++;
                    int length = format.Bytes == 0 ? text.Length : format.Bytes;
                    if (text.Length < length) return stack.Fail($"bad argument #{argument} to 'pack' (string too short)");
                    buffer.Add(text[..length]);
                    if (format.Option == 's') buffer.Add(0);
                    break;
                default:
                    break;
            }
        }

        if (format.Error is { } error) return stack.Fail(error);
        stack.Push(buffer.Written);
        return 1;
    }

    private static int Unpack(LuaState state, Stack stack)
    {
        if (!TryFormat(stack, "unpack", out var format)) return Refuse(stack, 1, "unpack", "string");
        if (!TryText(stack, 2, out ReadOnlySpan<byte> data)) return Refuse(stack, 2, "unpack", "string");
        long at = 0;
        if (stack.Type(3) > Native.TypeNil)
        {
            if (!stack.TryNumber(3, out double from)) return Refuse(stack, 3, "unpack", "number");
            if ((ulong)(long)from == 0) return stack.Fail("bad argument #3 to 'unpack' (offset must be 1 or greater)"u8);
            at = (long)from - 1;
        }

        stack.Push(true);
        int first = stack.Top + 1;
        while (format.Next((int)Math.Min(at, int.MaxValue)))
        {
            at += format.Padding;
            int size = format.Bytes;
            if (size > data.Length || at < 0 || at > data.Length - size) return TooShort(stack);
            if (!stack.Ensure(4)) return stack.Fail("stack overflow (too many results)"u8);
            ReadOnlySpan<byte> field = data.Slice((int)at, size);
            switch (format.Option)
            {
                case (byte)'b' or (byte)'B' or (byte)'h' or (byte)'H' or (byte)'l' or (byte)'L' or (byte)'T' or (byte)'i' or (byte)'I':
                    stack.Push(ReadInteger(field, format.IsBig, char.IsAsciiLetterLower((char)format.Option)));
                    break;
                case (byte)'f':
                    stack.Push((double)(format.IsBig
                        ? BinaryPrimitives.ReadSingleBigEndian(field)
                        : BinaryPrimitives.ReadSingleLittleEndian(field)));
                    break;
                case (byte)'d':
                    stack.Push(format.IsBig ? BinaryPrimitives.ReadDoubleBigEndian(field) : BinaryPrimitives.ReadDoubleLittleEndian(field));
                    break;
                case (byte)'c':
                    if (size == 0)
                    {
                        if (stack.Top < first || !stack.TryNumber(-1, out double given))
                        {
                            return stack.Fail("format 'c0' needs a previous size"u8);
                        }

                        stack.Pop();
                        if (!(given >= 0) || given > data.Length || at > data.Length - (long)given) return TooShort(stack);
                        size = (int)given;
                    }

                    stack.Push(data.Slice((int)at, size));
                    break;
                case (byte)'s':
                    int end = data[(int)at..].IndexOf((byte)0);
                    if (end < 0) return stack.Fail("unfinished string in data"u8);
                    stack.Push(data.Slice((int)at, end));
                    size = end + 1;
                    break;
                default:
                    break;
            }

            at += size;
        }

        if (format.Error is { } error) return stack.Fail(error);
        stack.Push((double)(at + 1));
        return stack.Top - first + 2;
    }

    private static int Size(LuaState state, Stack stack)
    {
        if (!TryFormat(stack, "size", out var format)) return Refuse(stack, 1, "size", "string");
        long at = 0;
        while (format.Next((int)Math.Min(at, int.MaxValue)))
        {
            if (format.Option == 's') return stack.Fail("bad argument #1 to 'size' (option 's' has no fixed size)"u8);
            if (format.Option == 'c' && format.Bytes == 0) return stack.Fail("bad argument #1 to 'size' (option 'c0' has no fixed size)"u8);
            at += format.Padding + format.Bytes;
        }

        if (format.Error is { } error) return stack.Fail(error);
        stack.Push((double)at);
        return 1;
    }

    private static int TooShort(Stack stack) => stack.Fail("bad argument #2 to 'unpack' (data string too short)"u8);

    private static int Refuse(Stack stack, int index, string function, string wanted)
        => stack.Fail($"bad argument #{index} to '{function}' ({wanted} expected, got {stack.TypeName(index)})");

    private static bool TryFormat(Stack stack, string function, out Format format)
    {
        bool isText = TryText(stack, 1, out ReadOnlySpan<byte> text);
        int end = text.IndexOf((byte)0);
        format = new Format(end < 0 ? text : text[..end], function);
        return isText;
    }

    /// <summary>A string, or a number as text (which then stands in the stack instead of it).</summary>
    private static bool TryText(Stack stack, int index, out ReadOnlySpan<byte> text)
    {
        bool isText = stack.Type(index) == Native.TypeString;
        text = isText ? stack.Bytes(index) : default;
        return isText;
    }

    private static void AddInteger(ByteBuffer buffer, double number, int bytes, bool isBig)
    {
        ulong value = number < 0 ? (ulong)NumberCast.ToInt64(number) : NumberCast.ToUInt64(number);
        Span<byte> room = buffer.Room(bytes)[..bytes];
        for (int i = 0; i < bytes; i++)
        {
            room[isBig ? bytes - 1 - i : i] = (byte)value;
            value >>= 8;
        }

        buffer.Advance(bytes);
    }

    private static void AddFloat(ByteBuffer buffer, double number, bool isSingle, bool isBig)
    {
        Span<byte> room = buffer.Room(8);
        if (isSingle)
        {
            if (isBig) BinaryPrimitives.WriteSingleBigEndian(room, (float)number);
            else BinaryPrimitives.WriteSingleLittleEndian(room, (float)number);
        }
        else if (isBig)
        {
            BinaryPrimitives.WriteDoubleBigEndian(room, number);
        }
        else
        {
            BinaryPrimitives.WriteDoubleLittleEndian(room, number);
        }

        buffer.Advance(isSingle ? 4 : 8);
    }

    private static double ReadInteger(ReadOnlySpan<byte> field, bool isBig, bool isSigned)
    {
        ulong value = 0;
        for (int i = 0; i < field.Length; i++) value = (value << 8) | field[isBig ? i : field.Length - 1 - i];
        if (!isSigned) return value;
        ulong mask = ulong.MaxValue << ((field.Length * 8) - 1);
        return (value & mask) != 0 ? (long)(value | mask) : (long)value;
    }

    /// <summary>Walks through a format.</summary>
    private ref struct Format(ReadOnlySpan<byte> text, string function)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private readonly string _function = function;
        private int _at;
        private int _align = 1;

        public byte Option { get; private set; }

        public int Bytes { get; private set; }

        public int Padding { get; private set; }

        public bool IsBig { get; private set; }

        public string? Error { get; private set; }

        /// <summary>The next option that stands for a value; false at the end or at an error.</summary>
        public bool Next(int position)
        {
            while (Error is null && _at < _text.Length)
            {
                Option = _text[_at++];
                Padding = 0;
                Bytes = OptionBytes();
                if (Error is not null) return false;
                if (Option is (byte)'b' or (byte)'B' or (byte)'h' or (byte)'H' or (byte)'l' or (byte)'L'
                    or (byte)'T' or (byte)'i' or (byte)'I'
                    or (byte)'f' or (byte)'d' or (byte)'x' or (byte)'c' or (byte)'s')
                {
                    int size = Math.Min(Bytes, _align);
                    if (size > 0 && Option != 'c') Padding = (size - (position & (size - 1))) & (size - 1);
                    return true;
                }

                Control();
            }

            return false;
        }

        private int OptionBytes()
        {
            switch (Option)
            {
                case (byte)'b' or (byte)'B' or (byte)'x':
                    return 1;
                case (byte)'h' or (byte)'H':
                    return 2;
                case (byte)'f':
                    return 4;
                case (byte)'l' or (byte)'L' or (byte)'T' or (byte)'d':
                    return 8;
                case (byte)'c':
                    return Number(1);
                case (byte)'i' or (byte)'I':
                    int size = Number(4);
                    if (size > IntegerBytesMax) Error ??= $"integral size {size} is larger than limit of {IntegerBytesMax}";
                    return size;
                default:
                    return 0;
            }
        }

        private void Control()
        {
            switch (Option)
            {
                case (byte)' ':
                    return;
                case (byte)'>':
                    IsBig = true;
                    return;
                case (byte)'<':
                    IsBig = false;
                    return;
                case (byte)'!':
                    int align = Number(8);
                    if (align <= 0 || (align & (align - 1)) != 0) Error ??= $"alignment {align} is not a power of 2";
                    _align = align;
                    return;
                default:
                    Error = $"bad argument #1 to '{_function}' (invalid format option '{(char)Option}')";
                    return;
            }
        }

        private int Number(int otherwise)
        {
            if (_at >= _text.Length || !char.IsAsciiDigit((char)_text[_at])) return otherwise;
            int number = 0;
            while (_at < _text.Length && char.IsAsciiDigit((char)_text[_at]))
            {
                int digit = _text[_at] - '0';
                if (number > int.MaxValue / 10 || number * 10 > int.MaxValue - digit)
                {
                    Error = "integral size overflow";
                    return 0;
                }

                number = (number * 10) + digit;
                _at++;
            }

            return number;
        }
    }
}
