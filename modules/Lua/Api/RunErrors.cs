using ModularKv.Abstractions.Scripting;
using ModularKv.Lua.Libraries;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Api;

/// <summary>Answers runs that did not end well.</summary>
internal static class RunErrors
{
    /// <summary>The script was made to end.</summary>
    public static void Stopped(ScriptRun run, ByteBuffer buffer)
    {
        buffer.Clear();
        buffer.Add("ERR "u8);
        buffer.Add(run.StopReason);
        run.Fail(buffer.Written, default, default, false);
    }

    /// <summary>The value on top was raised: text, or the table that the message handler makes of it.</summary>
    public static void Raised(Stack stack, ScriptRun run)
    {
        int error = stack.Top;
        if (stack.Type(error) != Native.TypeTable)
        {
            run.Fail(stack.Type(error) == Native.TypeString ? stack.Bytes(error) : "execution failure"u8);
            return;
        }

        stack.Ensure(8);
        bool isCounted = stack.RawGet(error, "ignore_error_stats_update"u8) == Native.TypeBoolean && stack.Boolean(-1);
        ReadOnlySpan<byte> text = stack.RawGet(error, "err"u8) == Native.TypeString ? stack.Bytes(-1) : "(null)"u8;
        ReadOnlySpan<byte> source = stack.RawGet(error, "source"u8) == Native.TypeString ? stack.Bytes(-1) : default;
        scoped Span<byte> number = stackalloc byte[GeneralText.BytesMax];
        scoped ReadOnlySpan<byte> line = default;
        switch (stack.RawGet(error, "line"u8))
        {
            case Native.TypeString: line = stack.Bytes(-1); break;
            case Native.TypeNumber: line = GeneralText.Written(stack.Number(-1), number); break;
        }

        run.Fail(text, source, line, isCounted);
    }

    /// <summary>The text of the value on top, raised without a message handler.</summary>
    public static byte[] Text(Stack stack)
    {
        if (stack.Type(-1) == Native.TypeString) return [.. "ERR "u8, .. stack.Bytes(-1)];
        if (stack.Type(-1) != Native.TypeTable) return [.. "ERR (null)"u8];
        return stack.RawGet(-1, "err"u8) == Native.TypeString ? stack.Bytes(-1).ToArray() : [.. "(null)"u8];
    }
}
