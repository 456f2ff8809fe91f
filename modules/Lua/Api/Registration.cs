using ModularKv.Abstractions.Scripting;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Api;

/// <summary>redis.register_function, in its two forms.</summary>
internal static class Registration
{
    public static void AddTo(Dictionary<string, LuaFunction> functions) => functions["register_function"] = Register;

    private static int Register(LuaState state, Stack stack)
    {
        var context = (LuaContext)state.Owner;
        if (context.Draft is not { } draft)
        {
            return RedisApi.Raise(stack, "redis.register_function can only be called on FUNCTION LOAD command"u8);
        }

        var given = default(Arguments);
        string? error = stack.Top switch
        {
            1 => ReadNamed(stack, ref given),
            2 => ReadPositional(stack, ref given),
            _ => "wrong number of arguments to redis.register_function",
        };
        if (error is null)
        {
            stack.PushCopy(given.Callback);
            var code = new LuaCode(context, LuaState.Keep(stack));
            error = draft.Register(given.Name, code, given.Flags, given.Description);
            if (error is not null) code.Dispose();
        }

        return error is null ? 0 : RedisApi.Raise(stack, System.Text.Encoding.UTF8.GetBytes(error));
    }

    private static string? ReadPositional(Stack stack, ref Arguments given)
    {
        if (!TryText(stack, 1, out given.Name)) return "first argument to redis.register_function must be a string";
        if (stack.Type(2) != Native.TypeFunction) return "second argument to redis.register_function must be a function";
        given.Callback = 2;
        return null;
    }

    private static string? ReadNamed(Stack stack, ref Arguments given)
    {
        if (stack.Type(1) != Native.TypeTable)
        {
            return "calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).";
        }

        stack.Ensure(10);
        // Kept below the iteration: the callback.
        stack.PushNil();
        given.HasName = false;
        stack.PushNil();
        while (stack.Next(1))
        {
            if (stack.Type(-2) != Native.TypeString) return "named argument key given to redis.register_function is not a string";
            if (ReadOne(stack, ref given) is { } error) return error;
            stack.Pop();
        }

        if (!given.HasName) return "redis.register_function must get a function name argument";
        return given.Callback == 0 ? "redis.register_function must get a callback argument" : null;
    }

    private static string? ReadOne(Stack stack, ref Arguments given)
    {
        ReadOnlySpan<byte> key = stack.Bytes(-2);
        if (Is(key, "function_name"))
        {
            if (!TryText(stack, -1, out given.Name)) return "function_name argument given to redis.register_function must be a string";
            given.HasName = true;
            return null;
        }

        if (Is(key, "description"))
        {
            if (!TryText(stack, -1, out ReadOnlySpan<byte> text))
            {
                return "description argument given to redis.register_function must be a string";
            }

            given.Description = text.ToArray();
            return null;
        }

        if (Is(key, "callback"))
        {
            if (stack.Type(-1) != Native.TypeFunction) return "callback argument given to redis.register_function must be a function";
            stack.PushCopy(-1);
            stack.CopyTo(2);
            stack.Pop();
            given.Callback = 2;
            return null;
        }

        if (!Is(key, "flags")) return "unknown argument given to redis.register_function";
        if (stack.Type(-1) != Native.TypeTable)
        {
            return "flags argument to redis.register_function must be a table representing function flags";
        }

        return TryFlags(stack, out given.Flags) ? null : "unknown flag given";
    }

    private static bool TryFlags(Stack stack, out ScriptFlags flags)
    {
        flags = ScriptFlags.None;
        int table = stack.Top;
        Span<byte> lower = stackalloc byte[32];
        for (int i = 1; stack.RawGet(table, i) != Native.TypeNil; i++)
        {
            if (!TryText(stack, -1, out ReadOnlySpan<byte> name)) return false;
            if (name.Length > lower.Length) return false;
            System.Text.Ascii.ToLower(name, lower, out int length);
            if (!ScriptFlagNames.TryParse(lower[..length], out ScriptFlags flag)) return false;
            flags |= flag;
            stack.Pop();
        }

        stack.Pop();
        return true;
    }

    private static bool TryText(Stack stack, int index, out ReadOnlySpan<byte> text)
    {
        bool isText = stack.Type(index) == Native.TypeString;
        text = isText ? stack.Bytes(index) : default;
        return isText;
    }

    private static bool Is(ReadOnlySpan<byte> key, string name) => System.Text.Ascii.EqualsIgnoreCase(key, name);

    private ref struct Arguments
    {
        public ReadOnlySpan<byte> Name;
        public byte[]? Description;
        public ScriptFlags Flags;
        public int Callback;
        public bool HasName;
    }
}
