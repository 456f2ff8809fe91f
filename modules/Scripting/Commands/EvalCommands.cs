using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Scripting.Evaluation;
using ModularKv.Scripting.Running;

namespace ModularKv.Scripting.Commands;

/// <summary>EVAL, EVALSHA and their read-only forms.</summary>
internal sealed class EvalCommands(ScriptCache cache, ActiveRun run)
{
    private static ReadOnlySpan<byte> NoScript => "NOSCRIPT No matching script. Please use EVAL."u8;

    /// <summary>EVAL script numkeys [key ...] [arg ...]. Source: redis.io/commands/eval.</summary>
    public void Eval(ref CommandContext call)
    {
        call.Announce();
        if (!TryReadKeys(ref call, out int keys)) return;
        CachedScript? script = cache.Add(call.Argument(1), false, out byte[]? error);
        if (script is null) call.Reply.Error(error!); else Run(ref call, script, keys);
    }

    /// <summary>EVALSHA sha1 numkeys [key ...] [arg ...]. Source: redis.io/commands/evalsha.</summary>
    public void EvalSha(ref CommandContext call)
    {
        call.Announce();
        ReadOnlySpan<byte> name = call.Argument(1);
        if (name.Length != ScriptDigest.TextBytes)
        {
            call.Reply.Error(NoScript);
            return;
        }

        if (!TryReadKeys(ref call, out int keys)) return;
        if (ScriptDigest.TryParse(name, out ScriptDigest digest) && cache.Find(digest) is { } script) Run(ref call, script, keys);
        else call.Reply.Error(NoScript);
    }

    private void Run(ref CommandContext call, CachedScript script, int keys)
        => run.Run(ref call, script.Code, script.Name, true, keys, script.Flags);

    private static bool TryReadKeys(ref CommandContext call, out int keys)
    {
        if (KeyCount.TryRead(call.Argument(2), out long count)) return KeyCount.Fits(ref call, count, out keys);
        keys = 0;
        call.Reply.NotAnInteger();
        return false;
    }

    /// <summary>The flags that EVAL has for this script.</summary>
    public CommandFlags FlagsOfText(ArgumentList arguments, CommandFlags flags)
        => ScriptHeader.Parse(arguments[1], out ScriptHeader header) is null ? CommandFlagsOf.Code(header.Flags, flags) : flags;

    /// <summary>The flags that EVALSHA has for this digest.</summary>
    public CommandFlags FlagsOfDigest(ArgumentList arguments, CommandFlags flags)
        => ScriptDigest.TryParse(arguments[1], out ScriptDigest digest) && cache.Find(digest) is { } script
            ? CommandFlagsOf.Code(script.Flags, flags) : flags;
}

/// <summary>What scripts state, in flags of commands. Source: scriptFlagsToCmdFlags.</summary>
internal static class CommandFlagsOf
{
    /// <summary>The flags of a command that runs code with these statements.</summary>
    public static CommandFlags Code(ScriptFlags stated, CommandFlags flags)
    {
        if ((stated & ScriptFlags.Legacy) != 0) return flags;
        flags &= ~(CommandFlags.Stale | CommandFlags.DenyOom | CommandFlags.Write | CommandFlags.MayReplicate);
        if ((stated & (ScriptFlags.AllowOom | ScriptFlags.NoWrites)) == 0) flags |= CommandFlags.DenyOom;
        if ((stated & ScriptFlags.NoWrites) == 0) flags |= CommandFlags.Write;
        if ((stated & ScriptFlags.AllowStale) != 0) flags |= CommandFlags.Stale;
        return flags;
    }
}

/// <summary>The number of keys that scripts are called with.</summary>
internal static class KeyCount
{
    /// <summary>Reads an integer as Redis does: no blanks, no plus, no leading zeros.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out long count)
    {
        if (text.Length == 1 && text[0] is >= (byte)'0' and <= (byte)'9')
        {
            count = text[0] - '0';
            return true;
        }

        count = 0;
        ReadOnlySpan<byte> digits = text.StartsWith("-"u8) ? text[1..] : text;
        if (digits.IsEmpty || digits[0] is < (byte)'1' or > (byte)'9') return false;
        return System.Buffers.Text.Utf8Parser.TryParse(text, out count, out int used) && used == text.Length;
    }

    /// <summary>Whether there are so many arguments for it; otherwise the reply says what is wrong.</summary>
    public static bool Fits(ref CommandContext call, long count, out int keys)
    {
        keys = 0;
        if (count > call.ArgumentCount - 3)
        {
            call.Reply.Error("ERR Number of keys can't be greater than number of args"u8);
            return false;
        }

        if (count < 0)
        {
            call.Reply.Error("ERR Number of keys can't be negative"u8);
            return false;
        }

        keys = (int)count;
        return true;
    }
}
