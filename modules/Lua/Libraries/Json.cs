using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>The cjson library. Every function gets the number of its table's settings in front of its arguments.</summary>
internal static class Json
{
    public static void AddTo(Dictionary<string, LuaFunction> functions)
    {
        functions["json_new"] = Create;
        functions["json_encode"] = Encode;
        functions["json_decode"] = Decode;
        functions["json_sparse"] = Sparse;
        functions["json_encode_max_depth"] = static (state, stack)
            => Integer(state, stack, 1, int.MaxValue, static c => c.EncodeMaxDepth,
                static (c, v) => c.EncodeMaxDepth = v, "encode_max_depth");
        functions["json_decode_max_depth"] = static (state, stack)
            => Integer(state, stack, 1, int.MaxValue, static c => c.DecodeMaxDepth,
                static (c, v) => c.DecodeMaxDepth = v, "decode_max_depth");
        functions["json_encode_number_precision"] = static (state, stack)
            => Integer(state, stack, 1, 14, static c => c.Precision, static (c, v) => c.Precision = v, "encode_number_precision");
        functions["json_encode_keep_buffer"] = static (state, stack)
            => Switch(state, stack, static c => c.KeepBuffer ? 1 : 0, static (c, v) => c.KeepBuffer = v == 1, false, "encode_keep_buffer");
        functions["json_encode_invalid_numbers"] = static (state, stack) => Switch(
            state, stack, static c => c.EncodeInvalidNumbers, static (c, v) => c.EncodeInvalidNumbers = v, true, "encode_invalid_numbers");
        functions["json_decode_invalid_numbers"] = static (state, stack) => Switch(
            state, stack, static c => c.DecodeInvalidNumbers ? 1 : 0,
                static (c, v) => c.DecodeInvalidNumbers = v == 1, false, "decode_invalid_numbers");
    }

    private static JsonConfig Config(LuaState state, Stack stack) => ((LuaContext)state.Owner).JsonConfigs[(int)stack.Number(1)];

    private static int Create(LuaState state, Stack stack)
    {
        List<JsonConfig> configs = ((LuaContext)state.Owner).JsonConfigs;
        if (configs.Count >= LuaContext.JsonConfigsMax) return stack.Fail("too many cjson tables"u8);
        stack.Push((double)configs.Count);
        configs.Add(new JsonConfig());
        return 1;
    }

    private static int Encode(LuaState state, Stack stack)
    {
        if (stack.Top != 2) return stack.Fail("bad argument #1 to 'encode' (expected 1 argument)"u8);
        ByteBuffer buffer = ((LuaContext)state.Owner).Buffer;
        buffer.Clear();
        var encoder = new JsonEncoder(stack, Config(state, stack), buffer);
        if (!encoder.Append(0))
        {
            stack.SetTop(2);
            return stack.Fail(encoder.Error!);
        }

        stack.Push(buffer.Written);
        return 1;
    }

    private static int Decode(LuaState state, Stack stack)
    {
        if (stack.Top != 2) return stack.Fail("bad argument #1 to 'decode' (expected 1 argument)"u8);
        scoped ReadOnlySpan<byte> text = default;
        scoped Span<byte> number = stackalloc byte[GeneralText.BytesMax];
        switch (stack.Type(2))
        {
            case Native.TypeString: text = stack.Bytes(2); break;
            case Native.TypeNumber: text = GeneralText.Written(stack.Number(2), number); break;
            default: return stack.Fail($"bad argument #1 to 'decode' (string expected, got {stack.TypeName(2)})");
        }

        var decoder = new JsonDecoder(stack, Config(state, stack), ((LuaContext)state.Owner).Buffer, text);
        if (decoder.Run()) return 1;
        stack.SetTop(2);
        return stack.Fail(decoder.Error!);
    }

    private static int Sparse(LuaState state, Stack stack)
    {
        if (stack.Top > 4) return stack.Fail("bad argument #4 to 'encode_sparse_array' (found too many arguments)"u8);
        JsonConfig config = Config(state, stack);
        stack.SetTop(4);
        if (stack.Type(2) != Native.TypeNil)
        {
            if (!TrySwitch(stack, 2, false, out int on, out string? error, "encode_sparse_array")) return stack.Fail(error!);
            config.SparseConvert = on == 1;
        }

        for (int i = 3; i <= 4; i++)
        {
            if (stack.Type(i) == Native.TypeNil) continue;
            if (!stack.TryNumber(i, out double number))
            {
                return stack.Fail($"bad argument #{i - 1} to 'encode_sparse_array' (number expected, got {stack.TypeName(i)})");
            }

            int value = NumberCast.ToInt32(number);
            if (value < 0) return stack.Fail("bad argument #1 to 'encode_sparse_array' (expected integer between 0 and 2147483647)"u8);
            if (i == 3) config.SparseRatio = value;
            else config.SparseSafe = value;
        }

        stack.Push(true);
        stack.Push(config.SparseConvert);
        stack.Push((double)config.SparseRatio);
        stack.Push((double)config.SparseSafe);
        return 4;
    }

    private static int Integer(
        LuaState state, Stack stack, int min, int max, Func<JsonConfig, int> get, Action<JsonConfig, int> set, string name)
    {
        if (stack.Top > 2) return stack.Fail($"bad argument #2 to '{name}' (found too many arguments)");
        JsonConfig config = Config(state, stack);
        if (stack.Type(2) > Native.TypeNil)
        {
            if (!stack.TryNumber(2, out double number))
            {
                return stack.Fail($"bad argument #1 to '{name}' (number expected, got {stack.TypeName(2)})");
            }

            int value = NumberCast.ToInt32(number);
            if (value < min || value > max) return stack.Fail($"bad argument #1 to '{name}' (expected integer between {min} and {max})");
            set(config, value);
        }

        stack.Push((double)get(config));
        return 1;
    }

    private static int Switch(
        LuaState state, Stack stack, Func<JsonConfig, int> get, Action<JsonConfig, int> set, bool hasNull, string name)
    {
        if (stack.Top > 2) return stack.Fail($"bad argument #2 to '{name}' (found too many arguments)");
        JsonConfig config = Config(state, stack);
        if (stack.Type(2) > Native.TypeNil)
        {
            if (!TrySwitch(stack, 2, hasNull, out int value, out string? error, name)) return stack.Fail(error!);
            set(config, value);
        }

        int now = get(config);
        if (now == 2) stack.Push("null"u8);
        else stack.Push(now == 1);
        return 1;
    }

    private static bool TrySwitch(Stack stack, int index, bool hasNull, out int value, out string? error, string name)
    {
        error = null;
        value = 0;
        if (stack.Type(index) == Native.TypeBoolean)
        {
            value = stack.Boolean(index) ? 1 : 0;
            return true;
        }

        if (stack.Type(index) != Native.TypeString)
        {
            error = $"bad argument #{index - 1} to '{name}' (string expected, got {stack.TypeName(index)})";
            return false;
        }

        ReadOnlySpan<byte> option = stack.Bytes(index);
        if (option.SequenceEqual("off"u8)) return true;
        value = option.SequenceEqual("on"u8) ? 1 : hasNull && option.SequenceEqual("null"u8) ? 2 : -1;
        if (value > 0) return true;
        error = $"bad argument #{index - 1} to '{name}' (invalid option '{System.Text.Encoding.UTF8.GetString(option)}')";
        return false;
    }
}
