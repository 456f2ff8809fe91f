using System.Buffers.Binary;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>The cmsgpack library. Source: lua-cmsgpack 0.4.0.</summary>
internal static class MessagePack
{
    private const int PackNestingMax = 16;

    public static void AddTo(Dictionary<string, LuaFunction> functions)
    {
        functions["mp_pack"] = Pack;
        functions["mp_unpack"] = static (_, stack) => Unpack(stack, 0, 0);
        functions["mp_unpack_one"] = static (_, stack) =>
        {
            if (!TryInteger(stack, 2, true, out long offset)) return Refuse(stack, 2, "unpack_one");
            stack.SetTop(1);
            return Unpack(stack, 1, offset);
        };
        functions["mp_unpack_limit"] = static (_, stack) =>
        {
            if (!TryInteger(stack, 2, false, out long limit)) return Refuse(stack, 2, "unpack_limit");
            if (!TryInteger(stack, 3, true, out long offset)) return Refuse(stack, 3, "unpack_limit");
            stack.SetTop(1);
            return Unpack(stack, limit, offset);
        };
    }

    private static int Refuse(Stack stack, int index, string name)
        => stack.Fail($"bad argument #{index} to '{name}' (number expected, got {stack.TypeName(index)})");

    private static bool TryInteger(Stack stack, int index, bool isOptional, out long value)
    {
        value = 0;
        if (isOptional && stack.Type(index) <= Native.TypeNil) return true;
        bool isNumber = stack.TryNumber(index, out double number);
        value = NumberCast.ToInt64(number);
        return isNumber;
    }

    private static int Pack(LuaState state, Stack stack)
    {
        int count = stack.Top;
        if (count == 0) return stack.Fail("bad argument #0 to 'pack' (MessagePack pack needs input.)"u8);
        ByteBuffer buffer = ((LuaContext)state.Owner).Buffer;
        buffer.Clear();
        stack.Ensure(2);
        for (int i = 1; i <= count; i++)
        {
            stack.PushCopy(i);
            if (!Append(stack, buffer, 0)) return stack.Fail("stack overflow (in function mp_encode_lua_table_as_map)"u8);
        }

        stack.Push(buffer.Written);
        return 1;
    }

    /// <summary>Writes the value on top and pops it.</summary>
    private static bool Append(Stack stack, ByteBuffer buffer, int level)
    {
        switch (stack.Type(-1))
        {
            case Native.TypeString:
                AppendBytes(buffer, stack.Bytes(-1));
                break;
            case Native.TypeBoolean:
                buffer.Add((byte)(stack.Boolean(-1) ? 0xc3 : 0xc2));
                break;
            case Native.TypeNumber:
                AppendNumber(buffer, stack.Number(-1));
                break;
            case Native.TypeTable when level != PackNestingMax:
                if (!AppendTable(stack, buffer, level)) return false;
                break;
            default:
                buffer.Add(0xc0);
                break;
        }

        stack.Pop();
        return true;
    }

    private static bool AppendTable(Stack stack, ByteBuffer buffer, int level)
    {
        if (!stack.Ensure(4)) return false;
        int table = stack.Top;
        int start = buffer.Count;
        long length = stack.RawLength(table);
        if (length == 0) return AppendMap(stack, buffer, level);
        if (!TryArray(stack, buffer, level, length, out bool isArray)) return false;
        if (isArray) return true;
        buffer.Count = start;
        stack.SetTop(table);
        return AppendUnordered(stack, buffer, level);
    }

    /// <summary>
    /// Writes a table that has plain items in the order of their indices, and nothing else: nearly all lists are so. Tables in it would be
    /// written twice where it turns out to be another, and theirs four times.
    /// </summary>
    private static bool TryArray(Stack stack, ByteBuffer buffer, int level, long length, out bool isArray)
    {
        int table = stack.Top;
        isArray = false;
        AppendHeader(buffer, length, 0x90, 0xdc);
        stack.PushNil();
        long count = 0;
        for (; stack.Next(table); count++)
        {
            if (!stack.IsInteger(-2) || stack.Integer(-2) != count + 1 || stack.Type(-1) == Native.TypeTable) return true;
            if (!Append(stack, buffer, level + 1)) return false;
        }

        isArray = count == length;
        return true;
    }

    /// <summary>Writes a table without a first item. The number of its fields is known in the end only.</summary>
    private static bool AppendMap(Stack stack, ByteBuffer buffer, int level)
    {
        int table = stack.Top;
        int start = buffer.Count;
        buffer.Add(0);
        long count = 0;
        stack.PushNil();
        for (; stack.Next(table); count++)
        {
            stack.PushCopy(-2);
            if (!Append(stack, buffer, level + 1) || !Append(stack, buffer, level + 1)) return false;
        }

        if (count == 0)
        {
            // An empty table is an array.
            buffer.Written[start..].Fill(0x90);
            return true;
        }

        int end = buffer.Count;
        if (count > 15) MoveBehindHeader(buffer, start, end, count);
        else buffer.Written[start] = (byte)(0x80 | count);
        return true;
    }

    private static void MoveBehindHeader(ByteBuffer buffer, int start, int end, long count)
    {
        int more = count <= ushort.MaxValue ? 2 : 4;
        buffer.Room(more);
        buffer.Advance(more);
        Span<byte> written = buffer.Written;
        written[(start + 1)..end].CopyTo(written[(start + 1 + more)..]);
        buffer.Count = start;
        AppendHeader(buffer, count, 0x80, 0xde);
        buffer.Count = end + more;
    }

    private static bool AppendUnordered(Stack stack, ByteBuffer buffer, int level)
    {
        int table = stack.Top;
        long count = 0;
        bool isArray = true;
        double max = 0;
        stack.PushNil();
        while (stack.Next(table))
        {
            stack.Pop();
            count++;
            if (!isArray) continue;
            double key = stack.Type(-1) == Native.TypeNumber ? stack.Number(-1) : 0;
            isArray = key > 0 && key <= int.MaxValue && Math.Floor(key) == key;
            max = Math.Max(max, key);
        }

        if (isArray && max == count)
        {
            AppendHeader(buffer, count, 0x90, 0xdc);
            for (long i = 1; i <= count; i++)
            {
                stack.RawGet(table, i);
                if (!Append(stack, buffer, level + 1)) return false;
            }

            return true;
        }

        AppendHeader(buffer, count, 0x80, 0xde);
        stack.PushNil();
        while (stack.Next(table))
        {
            stack.PushCopy(-2);
            if (!Append(stack, buffer, level + 1) || !Append(stack, buffer, level + 1)) return false;
        }

        return true;
    }

    private static void AppendHeader(ByteBuffer buffer, long count, byte small, byte large)
    {
        if (count <= 15)
        {
            buffer.Add((byte)(small | count));
        }
        else if (count <= ushort.MaxValue)
        {
            buffer.Add(large);
            BinaryPrimitives.WriteUInt16BigEndian(buffer.Room(2), (ushort)count);
            buffer.Advance(2);
        }
        else
        {
            buffer.Add((byte)(large + 1));
            BinaryPrimitives.WriteUInt32BigEndian(buffer.Room(4), (uint)count);
            buffer.Advance(4);
        }
    }

    private static void AppendBytes(ByteBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 32)
        {
            buffer.Add((byte)(0xa0 | bytes.Length));
        }
        else if (bytes.Length <= byte.MaxValue)
        {
            buffer.Add(0xd9);
            buffer.Add((byte)bytes.Length);
        }
        else if (bytes.Length <= ushort.MaxValue)
        {
            buffer.Add(0xda);
            BinaryPrimitives.WriteUInt16BigEndian(buffer.Room(2), (ushort)bytes.Length);
            buffer.Advance(2);
        }
        else
        {
            buffer.Add(0xdb);
            BinaryPrimitives.WriteUInt32BigEndian(buffer.Room(4), (uint)bytes.Length);
            buffer.Advance(4);
        }

        buffer.Add(bytes);
    }

    private static void AppendNumber(ByteBuffer buffer, double number)
    {
        long integer = NumberCast.ToInt64(number);
        if (!double.IsInfinity(number) && integer == number)
        {
            AppendInteger(buffer, integer);
            return;
        }

        float single = (float)number;
        if (number == single)
        {
            buffer.Add(0xca);
            BinaryPrimitives.WriteSingleBigEndian(buffer.Room(4), single);
            buffer.Advance(4);
            return;
        }

        buffer.Add(0xcb);
        BinaryPrimitives.WriteDoubleBigEndian(buffer.Room(8), number);
        buffer.Advance(8);
    }

    private static void AppendInteger(ByteBuffer buffer, long n)
    {
        Span<byte> room = buffer.Room(9);
        int length;
        switch (n)
        {
            case >= -32 and <= 127:
                room[0] = (byte)n;
                length = 1;
                break;
            case >= -128 and <= byte.MaxValue:
                room[0] = (byte)(n < 0 ? 0xd0 : 0xcc);
                room[1] = (byte)n;
                length = 2;
                break;
            case >= short.MinValue and <= ushort.MaxValue:
                room[0] = (byte)(n < 0 ? 0xd1 : 0xcd);
                BinaryPrimitives.WriteUInt16BigEndian(room[1..], (ushort)n);
                length = 3;
                break;
            case >= int.MinValue and <= uint.MaxValue:
                room[0] = (byte)(n < 0 ? 0xd2 : 0xce);
                BinaryPrimitives.WriteUInt32BigEndian(room[1..], (uint)n);
                length = 5;
                break;
            default:
                room[0] = (byte)(n < 0 ? 0xd3 : 0xcf);
                BinaryPrimitives.WriteInt64BigEndian(room[1..], n);
                length = 9;
                break;
        }

        buffer.Advance(length);
    }

    private static int Unpack(Stack stack, long limit, long offset)
    {
        if (stack.Type(1) != Native.TypeString)
        {
            return stack.Fail($"bad argument #1 to 'unpack' (string expected, got {stack.TypeName(1)})");
        }

        ReadOnlySpan<byte> data = stack.Bytes(1);
        if (offset < 0 || limit < 0)
        {
            return stack.Fail($"Invalid request to unpack with offset of {(int)offset} and limit of {data.Length}.");
        }

        if (offset > data.Length) return stack.Fail($"Start offset {(int)offset} greater than input length {data.Length}.");
        bool isAll = limit == 0 && offset == 0;
        if (isAll) limit = int.MaxValue;
        stack.SetTop(1);
        stack.Push(true);
        var reader = new MessagePackReader(stack, data[(int)offset..]);
        int count = 0;
        for (; reader.Left > 0 && count < limit; count++)
        {
            if (reader.Read(0)) continue;
            stack.SetTop(1);
            return stack.Fail(reader.Error!);
        }

        if (isAll) return count + 1;
        stack.Push(reader.Left == 0 ? -1.0 : data.Length - reader.Left);
        stack.Insert(3);
        return count + 2;
    }
}
