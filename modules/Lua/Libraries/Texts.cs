using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>What of string and table writes numbers as text: string.format, string.char, table.concat.</summary>
internal static class Texts
{
    public static void AddTo(Dictionary<string, LuaFunction> functions)
    {
        functions["format"] = Format;
        functions["char"] = Characters;
        functions["concat"] = Concatenate;
    }

    /// <summary>Adds a string or a number as text; false for anything else.</summary>
    public static bool TryAdd(Stack stack, int index, ByteBuffer buffer)
    {
        switch (stack.Type(index))
        {
            case Native.TypeString:
                buffer.Add(stack.Bytes(index));
                return true;
            case Native.TypeNumber:
                buffer.Advance(GeneralText.Format(stack.Number(index), 14, buffer.Room(GeneralText.BytesMax)));
                return true;
            default:
                return false;
        }
    }

    private static int Characters(LuaState state, Stack stack)
    {
        ByteBuffer buffer = ((LuaContext)state.Owner).Buffer;
        buffer.Clear();
        for (int i = 1; i <= stack.Top; i++)
        {
            if (!stack.TryNumber(i, out double value)) return Refuse(stack, i, "char", "number");
            int code = NumberCast.ToInt32(value);
            if (code is < 0 or > 255) return stack.Fail($"bad argument #{i} to 'char' (invalid value)");
            buffer.Add((byte)code);
        }

        stack.Push(buffer.Written);
        return 1;
    }

    private static int Concatenate(LuaState state, Stack stack)
    {
        ByteBuffer buffer = ((LuaContext)state.Owner).Buffer;
        buffer.Clear();
        stack.SetTop(4);
        scoped ReadOnlySpan<byte> separator = default;
        scoped Span<byte> number = stackalloc byte[GeneralText.BytesMax];
        switch (stack.Type(2))
        {
            case Native.TypeNil: break;
            case Native.TypeString: separator = stack.Bytes(2); break;
            case Native.TypeNumber: separator = GeneralText.Written(stack.Number(2), number); break;
            default: return Refuse(stack, 2, "concat", "string");
        }

        long from = 1;
        long to;
        if (stack.Type(3) != Native.TypeNil)
        {
            if (!stack.TryNumber(3, out double first)) return Refuse(stack, 3, "concat", "number");
            from = NumberCast.ToInt32(first);
        }

        if (stack.Type(4) != Native.TypeNil)
        {
            if (!stack.TryNumber(4, out double last)) return Refuse(stack, 4, "concat", "number");
            to = NumberCast.ToInt32(last);
        }
        else
        {
            to = stack.RawLength(1);
        }

        for (long i = from; i <= to; i++)
        {
            stack.RawGet(1, i);
            if (!TryAdd(stack, -1, buffer))
            {
                return stack.Fail($"invalid value ({stack.TypeName(-1)}) at index {i} in table for 'concat'");
            }

            stack.Pop();
            if (i < to) buffer.Add(separator);
        }

        stack.Push(buffer.Written);
        return 1;
    }

    private static int Refuse(Stack stack, int index, string name, string wanted)
        => stack.Fail($"bad argument #{index} to '{name}' ({wanted} expected, got {stack.TypeName(index)})");

    private static int Format(LuaState state, Stack stack)
    {
        ByteBuffer buffer = ((LuaContext)state.Owner).Buffer;
        buffer.Clear();
        scoped Span<byte> number = stackalloc byte[GeneralText.BytesMax];
        scoped ReadOnlySpan<byte> text;
        switch (stack.Type(1))
        {
            case Native.TypeString: text = stack.Bytes(1); break;
            case Native.TypeNumber: text = GeneralText.Written(stack.Number(1), number); break;
            default: return Refuse(stack, 1, "format", "string");
        }

        int argument = 1;
        int at = 0;
        while (at < text.Length)
        {
            int mark = text[at..].IndexOf((byte)'%');
            if (mark < 0)
            {
                buffer.Add(text[at..]);
                break;
            }

            buffer.Add(text.Slice(at, mark));
            at += mark + 1;
            if (at < text.Length && text[at] == '%')
            {
                buffer.Add((byte)'%');
                at++;
                continue;
            }

            if (!FormatSpecification.TryRead(text, ref at, out FormatSpecification specification, out string? error))
            {
                return stack.Fail(error!);
            }

            argument++;
            if (argument > stack.Top) return stack.Fail($"bad argument #{argument} to 'format' (no value)");
            int failed = FormatOne(stack, buffer, argument, specification);
            if (failed != 0) return failed;
        }

        stack.Push(buffer.Written);
        return 1;
    }

    /// <summary>Adds one argument; not 0 when it left an error.</summary>
    private static int FormatOne(Stack stack, ByteBuffer buffer, int argument, FormatSpecification specification)
    {
        switch (specification.Conversion)
        {
            case (byte)'c':
                if (!stack.TryNumber(argument, out double code)) return Refuse(stack, argument, "format", "number");
                specification.Pad(buffer, [(byte)NumberCast.ToInt32(code)]);
                return 0;
            case (byte)'d' or (byte)'i':
                if (!stack.TryNumber(argument, out double integer)) return Refuse(stack, argument, "format", "number");
                specification.AddInteger(buffer, NumberCast.ToInt64(integer));
                return 0;
            case (byte)'o' or (byte)'u' or (byte)'x' or (byte)'X':
                if (!stack.TryNumber(argument, out double unsigned)) return Refuse(stack, argument, "format", "number");
                specification.AddUnsigned(buffer, unsigned < 0 ? (ulong)NumberCast.ToInt64(unsigned) : NumberCast.ToUInt64(unsigned));
                return 0;
            case (byte)'e' or (byte)'E' or (byte)'f' or (byte)'g' or (byte)'G':
                if (!stack.TryNumber(argument, out double number)) return Refuse(stack, argument, "format", "number");
                specification.AddFloat(buffer, number);
                return 0;
            case (byte)'q':
                if (stack.Type(argument) is not (Native.TypeString or Native.TypeNumber))
                {
                    return Refuse(stack, argument, "format", "string");
                }

                AddQuoted(stack, argument, buffer);
                return 0;
            case (byte)'s':
                if (stack.Type(argument) == Native.TypeString)
                {
                    specification.AddText(buffer, stack.Bytes(argument));
                    return 0;
                }

                if (stack.Type(argument) != Native.TypeNumber) return Refuse(stack, argument, "format", "string");
                Span<byte> text = stackalloc byte[GeneralText.BytesMax];
                specification.AddText(buffer, text[..GeneralText.Format(stack.Number(argument), 14, text)]);
                return 0;
            default:
                return stack.Fail($"invalid option '%{(char)specification.Conversion}' to 'format'");
        }
    }

    private static void AddQuoted(Stack stack, int argument, ByteBuffer buffer)
    {
        buffer.Add((byte)'"');
        int start = buffer.Count;
        TryAdd(stack, argument, buffer);
        byte[] plain = buffer.Written[start..].ToArray();
        buffer.Count = start;
        foreach (byte value in plain)
        {
            switch (value)
            {
                case (byte)'"' or (byte)'\\' or (byte)'\n':
                    buffer.Add((byte)'\\');
                    buffer.Add(value);
                    break;
                case (byte)'\r':
                    buffer.Add("\\r"u8);
                    break;
                case 0:
                    buffer.Add("\\000"u8);
                    break;
                default:
                    buffer.Add(value);
                    break;
            }
        }

        buffer.Add((byte)'"');
    }
}
