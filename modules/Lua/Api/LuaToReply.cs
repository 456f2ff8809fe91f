using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Lua.Libraries;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Api;

/// <summary>Turns what a script returns into its reply.</summary>
internal static class LuaToReply
{
    /// <summary>Answers with the value on top of the stack, and pops it.</summary>
    public static void Write(Stack stack, ScriptRun run)
    {
        if (stack.Type(-1) == Native.TypeTable && TryError(stack, run, isWhole: true)) return;
        Write(stack, run, 0);
    }

    private static void Write(Stack stack, ScriptRun run, int depth)
    {
        ReplyWriter reply = run.Reply;
        if (depth > 0 && (!stack.Ensure(6) || depth > LuaContext.NestingMax))
        {
            reply.Error("ERR reached lua stack limit"u8);
            stack.Pop();
            return;
        }

        switch (stack.Type(-1))
        {
            case Native.TypeString:
                reply.Bulk(stack.Bytes(-1));
                break;
            case Native.TypeBoolean:
                if (run.Protocol >= 3) reply.Boolean(stack.Boolean(-1));
                else if (stack.Boolean(-1)) reply.Integer(1);
                else reply.Null();
                break;
            case Native.TypeNumber:
                reply.Integer(NumberCast.ToInt64(stack.Number(-1)));
                break;
            case Native.TypeTable:
                WriteTable(stack, run, depth);
                break;
            default:
                reply.Null();
                break;
        }

        stack.Pop();
    }

    private static bool TryError(Stack stack, ScriptRun run, bool isWhole)
    {
        if (stack.RawGet(-1, "err"u8) != Native.TypeString)
        {
            stack.Pop();
            return false;
        }

        stack.RawGet(-2, "ignore_error_stats_update"u8);
        bool isCounted = stack.Type(-1) == Native.TypeBoolean && stack.Boolean(-1);
        ReadOnlySpan<byte> text = stack.Bytes(-2);
        int zero = text.IndexOf((byte)0);
        if (zero >= 0) text = text[..zero];
        if (isWhole) run.Error(text, isCounted);
        else run.Reply.Error(text);
        stack.Pop(isWhole ? 3 : 2);
        return true;
    }

    /// <summary>Writes the table on top; leaves it there.</summary>
    private static void WriteTable(Stack stack, ScriptRun run, int depth)
    {
        ReplyWriter reply = run.Reply;
        int table = stack.Top;
        // A plain list has a first element and, nearly always, no names: but the names go first.
        if (depth > 0 && TryError(stack, run, isWhole: false)) return;
        if (stack.RawGet(table, "ok"u8) == Native.TypeString)
        {
            WriteStatus(stack, run);
        }
        else if (Step(stack, table, "double"u8) == Native.TypeNumber)
        {
            reply.Double(stack.Number(-1));
        }
        else if (Step(stack, table, "big_number"u8) == Native.TypeString)
        {
            reply.BigNumber(Clean(stack.Bytes(-1)));
        }
        else if (Step(stack, table, "verbatim_string"u8) == Native.TypeTable && TryVerbatim(stack, reply))
        {
            // Written.
        }
        else if (Step(stack, table, "map"u8) == Native.TypeTable)
        {
            WriteKeyed(stack, run, depth, isMap: true);
        }
        else if (Step(stack, table, "set"u8) == Native.TypeTable)
        {
            WriteKeyed(stack, run, depth, isMap: false);
        }
        else
        {
            stack.SetTop(table);
            WriteList(stack, run, depth);
        }

        stack.SetTop(table);
    }

    private static int Step(Stack stack, int table, ReadOnlySpan<byte> name)
    {
        stack.SetTop(table);
        return stack.RawGet(table, name);
    }

    private static void WriteStatus(Stack stack, ScriptRun run)
    {
        ReadOnlySpan<byte> text = stack.Bytes(-1);
        int zero = text.IndexOf((byte)0);
        run.Reply.Simple(Clean(zero >= 0 ? text[..zero] : text));
    }

    /// <summary>Line ends would end the reply.</summary>
    private static ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny((byte)'\r', (byte)'\n') < 0) return text;
        byte[] clean = text.ToArray();
        clean.AsSpan().Replace((byte)'\r', (byte)' ');
        clean.AsSpan().Replace((byte)'\n', (byte)' ');
        return clean;
    }

    private static bool TryVerbatim(Stack stack, ReplyWriter reply)
    {
        int table = stack.Top;
        if (stack.RawGet(table, "format"u8) != Native.TypeString || stack.RawGet(table, "string"u8) != Native.TypeString) return false;
        Span<byte> format = stackalloc byte[3];
        format.Fill((byte)' ');
        ReadOnlySpan<byte> given = stack.Bytes(-2);
        given[..Math.Min(3, given.Length)].CopyTo(format);
        reply.Verbatim(format, stack.Bytes(-1));
        return true;
    }

    /// <summary>Writes the table on top: its keys with their values, or the keys alone.</summary>
    private static void WriteKeyed(Stack stack, ScriptRun run, int depth, bool isMap)
    {
        int table = stack.Top;
        DeferredLength deferred = run.Reply.Defer();
        long count = 0;
        stack.PushNil();
        while (stack.Next(table))
        {
            if (!isMap) stack.Pop();
            stack.PushCopy(isMap ? -2 : -1);
            Write(stack, run, depth + 1);
            if (isMap) Write(stack, run, depth + 1);
            count++;
        }

        run.Reply.Finish(deferred, isMap ? Aggregate.Map : Aggregate.Set, count);
    }

    private static void WriteList(Stack stack, ScriptRun run, int depth)
    {
        int table = stack.Top;
        long count = 0;
        while (stack.RawGet(table, count + 1) != Native.TypeNil)
        {
            stack.Pop();
            count++;
        }

        stack.Pop();
        run.Reply.Array(count);
        for (long i = 1; i <= count; i++)
        {
            stack.RawGet(table, i);
            Write(stack, run, depth + 1);
        }
    }
}
