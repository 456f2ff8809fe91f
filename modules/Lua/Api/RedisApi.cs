using System.Security.Cryptography;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Lua.Libraries;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Api;

/// <summary>The functions of the table <c>redis</c>, coroutines' announcements, and load.</summary>
internal static class RedisApi
{
    /// <summary>What <c>redis.REDIS_VERSION_NUM</c> says.</summary>
    /// <param name="version">Three numbers with points between them: a byte for each.</param>
    public static int VersionNumber(string version)
    {
        var parts = System.Version.Parse(version);
        return (parts.Major << 16) | (parts.Minor << 8) | parts.Build;
    }

    public static void AddTo(Dictionary<string, LuaFunction> functions)
    {
        functions["call"] = static (state, stack) => Call(state, stack, raises: true);
        functions["pcall"] = static (state, stack) => Call(state, stack, raises: false);
        functions["error_reply"] = ErrorReply;
        functions["status_reply"] = StatusReply;
        functions["log"] = Log;
        functions["sha1hex"] = Digest;
        functions["setresp"] = SetProtocol;
        functions["set_repl"] = SetEffects;
        functions["acl_check_cmd"] = CheckCommand;
        functions["compile"] = Compile;
        functions["enter"] = static (state, stack) =>
        {
            state.Enter(stack.Thread(1));
            return 0;
        };
        functions["is_stopping"] = static (state, stack) =>
        {
            stack.Push(state.IsStopping);
            return 1;
        };
        functions["leave"] = static (state, _) =>
        {
            state.Leave();
            return 0;
        };
    }

    /// <summary>Leaves nil and an error's table, which Lua raises.</summary>
    public static int Raise(Stack stack, ReadOnlySpan<byte> text)
    {
        stack.Ensure(4);
        stack.PushNil();
        PushPlainError(stack, text);
        return 2;
    }

    private static void PushPlainError(Stack stack, ReadOnlySpan<byte> text)
    {
        Span<byte> coded = text.Length <= 512 ? stackalloc byte[text.Length + 4] : new byte[text.Length + 4];
        "ERR "u8.CopyTo(coded);
        text.CopyTo(coded[4..]);
        ReplyToLua.PushError(stack, coded, isCounted: false);
    }

    private static int Return(Stack stack, ReadOnlySpan<byte> text, bool raises)
    {
        if (raises) return Raise(stack, text);
        PushPlainError(stack, text);
        return 1;
    }

    private static int Call(LuaState state, Stack stack, bool raises)
    {
        ScriptRun? run = ((LuaContext)state.Owner).Run;
        if (run is null) return Raise(stack, "redis.call/pcall can only be called inside a script invocation"u8);
        int failed = AddArguments(stack, run, raises);
        if (failed != 0) return failed;
        ReadOnlySpan<byte> reply = run.Call();
        stack.SetTop(0);
        if (run.IsStopped) state.Stop(stack.Handle);
        bool isError = reply.Length > 0 && reply[0] == '-';
        if (isError && raises) stack.PushNil();
        var reader = new ReplyToLua(stack, reply);
        if (!reader.Push(0))
        {
            stack.SetTop(0);
            return Raise(stack, "lua stack limit reach when parsing redis.call reply"u8);
        }

        return isError && raises ? 2 : 1;
    }

    /// <summary>Hands the arguments over; not 0 when it left an error.</summary>
    private static int AddArguments(Stack stack, ScriptRun run, bool raises)
    {
        int count = stack.Top;
        if (count == 0) return Return(stack, "Please specify at least one argument for this redis lib call"u8, raises);
        run.BeginCall();
        for (int i = 1; i <= count; i++)
        {
            switch (stack.Type(i))
            {
                case Native.TypeString:
                    run.Add(stack.Bytes(i));
                    break;
                case Native.TypeNumber:
                    AddNumber(run, stack.Number(i));
                    break;
                default:
                    return Return(stack, "Lua redis lib command arguments must be strings or integers"u8, raises);
            }
        }

        return 0;
    }

    private static void AddNumber(ScriptRun run, double value)
    {
        if (value is > -1e15 and < 1e15 && value == Math.Truncate(value) && !(value == 0 && double.IsNegative(value)))
        {
            run.Add((long)value);
            return;
        }

        Span<byte> text = stackalloc byte[GeneralText.BytesMax];
        run.Add(text[..GeneralText.Format(value, 17, text)]);
    }

    private static int ErrorReply(LuaState state, Stack stack)
    {
        if (stack.Top != 1 || stack.Type(1) != Native.TypeString)
        {
            PushPlainError(stack, "wrong number or type of arguments"u8);
            return 1;
        }

        ReadOnlySpan<byte> text = stack.Bytes(1);
        int zero = text.IndexOf((byte)0);
        if (zero >= 0) text = text[..zero];
        ReplyToLua.PushError(stack, text.Length > 0 && text[0] == '-' ? text[1..] : text, isCounted: false);
        return 1;
    }

    private static int StatusReply(LuaState state, Stack stack)
    {
        if (stack.Top != 1 || stack.Type(1) != Native.TypeString)
        {
            PushPlainError(stack, "wrong number or type of arguments"u8);
            return 1;
        }

        stack.PushTable(0, 1);
        stack.PushCopy(1);
        stack.SetField(-2, "ok"u8);
        return 1;
    }

    private static int Log(LuaState state, Stack stack)
    {
        var context = (LuaContext)state.Owner;
        int count = stack.Top;
        if (count < 2) return Raise(stack, "redis.log() requires two arguments or more."u8);
        if (!stack.TryNumber(1, out double level)) return Raise(stack, "First argument must be a number (log level)."u8);
        int chosen = NumberCast.ToInt32(level);
        if (chosen is < 0 or > 3) return Raise(stack, "Invalid debug level."u8);
        context.Buffer.Clear();
        for (int i = 2; i <= count; i++)
        {
            if (stack.Type(i) is not (Native.TypeString or Native.TypeNumber)) continue;
            if (i > 2) context.Buffer.Add((byte)' ');
            Texts.TryAdd(stack, i, context.Buffer);
        }

        if (context.Draft is { } draft) draft.Log((LogLevel)chosen, context.Buffer.Written);
        else context.Run?.Log((LogLevel)chosen, context.Buffer.Written);
        return 0;
    }

    private static int Digest(LuaState state, Stack stack)
    {
        if (stack.Top != 1) return Raise(stack, "wrong number of arguments"u8);
        ByteBuffer buffer = ((LuaContext)state.Owner).Buffer;
        buffer.Clear();
        Texts.TryAdd(stack, 1, buffer);
        Span<byte> digest = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(buffer.Written, digest);
        Span<byte> text = stackalloc byte[SHA1.HashSizeInBytes * 2];
        Convert.TryToHexStringLower(digest, text, out _);
        stack.Push(text);
        return 1;
    }

    private static int SetProtocol(LuaState state, Stack stack)
    {
        if (!TryNumber(state, stack, "setresp", "one argument", out ScriptRun run, out int version)) return 2;
        if (version is not (2 or 3)) return Raise(stack, "RESP version must be 2 or 3."u8);
        run.Protocol = version;
        return 0;
    }

    private static int SetEffects(LuaState state, Stack stack)
    {
        if (!TryNumber(state, stack, "set_repl", "two arguments", out ScriptRun run, out int flags)) return 2;
        if ((flags & ~3) != 0) return Raise(stack, "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE."u8);
        run.SetEffects((ScriptEffects)flags);
        return 0;
    }

    /// <summary>The one number that a function of a run takes; false when it left an error.</summary>
    private static bool TryNumber(LuaState state, Stack stack, string name, string wanted, out ScriptRun run, out int number)
    {
        run = ((LuaContext)state.Owner).Run!;
        number = 0;
        string? error = run is null ? $"redis.{name} can only be called inside a script invocation"
            : stack.Top != 1 ? $"redis.{name}() requires {wanted}." : null;
        if (error is null) number = NumberCast.ToInt32(stack.Number(1));
        else Raise(stack, System.Text.Encoding.ASCII.GetBytes(error));
        return error is null;
    }

    private static int CheckCommand(LuaState state, Stack stack)
    {
        ScriptRun? run = ((LuaContext)state.Owner).Run;
        if (run is null) return Raise(stack, "redis.acl_check_cmd can only be called inside a script invocation"u8);
        int failed = AddArguments(stack, run, raises: true);
        if (failed != 0) return failed;
        if (run.MayCall() is not { } may) return Raise(stack, "Invalid command passed to redis.acl_check_cmd()"u8);
        stack.Push(may);
        return 1;
    }

    /// <summary>compile(text, name): a function, or nil and the error.</summary>
    private static int Compile(LuaState state, Stack stack)
    {
        byte[] name = [.. stack.Bytes(2), 0];
        ReadOnlySpan<byte> source = stack.Bytes(1);
        if (source.Length > 0 && source[0] == 27) return stack.Fail("attempt to load a binary chunk"u8);
        return ((LuaContext)state.Owner).Compile(stack, source, name) is { } error ? stack.Fail(error) : 1;
    }
}
