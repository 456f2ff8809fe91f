using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Abstractions.Scripting;
using ModularKv.Scripting.Evaluation;
using ModularKv.Scripting.Libraries;
using ModularKv.Scripting.Running;

namespace ModularKv.Scripting.Commands;

/// <summary>FCALL, and the subcommands of FUNCTION that change libraries.</summary>
internal sealed class FunctionCommands(FunctionLibraries libraries, ScriptSettings settings, ActiveRun run, ScriptKill kill)
{
    /// <summary>FCALL function numkeys [key ...] [arg ...]. Source: redis.io/commands/fcall.</summary>
    public void Call(ref CommandContext call)
    {
        call.Announce();
        ScriptFunction? function = libraries.Present.Find(call.Argument(1));
        if (function is null) call.Reply.Error("ERR Function not found"u8);
        else if (!KeyCount.TryRead(call.Argument(2), out long count)) call.Reply.Error("ERR Bad number of keys provided"u8);
        else if (KeyCount.Fits(ref call, count, out int keys)) run.Run(ref call, function.Code, function.Name, false, keys, function.Flags);
    }

    /// <summary>The flags that FCALL has for this function.</summary>
    public CommandFlags FlagsOfFunction(ArgumentList arguments, CommandFlags flags)
        => libraries.Present.Find(arguments[1]) is { } function ? CommandFlagsOf.Code(function.Flags, flags) : flags;

    /// <summary>FUNCTION LOAD [REPLACE] code. Source: redis.io/commands/function-load.</summary>
    public void Load(ref CommandContext call)
    {
        bool replace = false;
        for (int i = 2; i < call.ArgumentCount - 1; i++)
        {
            replace = call.ArgumentIs(i, "replace"u8);
            if (replace) continue;
            call.Reply.Error(ScriptHeader.Error("ERR Unknown option given: ", call.Argument(i)));
            return;
        }

        FunctionLibrary? library = libraries.Load(call.Argument(call.ArgumentCount - 1), replace, libraries.Present, out byte[]? error);
        if (library is null)
        {
            Refuse(ref call, error!);
            return;
        }

        call.CountDirty(1);
        call.Reply.Bulk(Encoding.ASCII.GetBytes(library.Name));
    }

    /// <summary>FUNCTION DELETE library. Source: redis.io/commands/function-delete.</summary>
    public void Delete(ref CommandContext call)
    {
        if (libraries.Present.FindLibrary(Encoding.Latin1.GetString(call.Argument(2))) is not { } library)
        {
            call.Reply.Error("ERR Library not found"u8);
            return;
        }

        libraries.Delete(library);
        call.CountDirty(1);
        call.Reply.Ok();
    }

    /// <summary>FUNCTION FLUSH [ASYNC|SYNC]. Source: redis.io/commands/function-flush.</summary>
    public void Flush(ref CommandContext call)
    {
        if (call.ArgumentCount > 3)
        {
            SubcommandError(ref call, "flush");
            return;
        }

        if (!FlushMode.TryRead(ref call, settings, out bool inBackground))
        {
            call.Reply.Error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option"u8);
            return;
        }

        libraries.Clear(inBackground);
        call.CountDirty(1);
        call.Reply.Ok();
    }

    /// <summary>FUNCTION KILL. Source: redis.io/commands/function-kill.</summary>
    public void Kill(ref CommandContext call) => kill.Run(ref call, false);

    /// <summary>FUNCTION DUMP. Source: redis.io/commands/function-dump.</summary>
    public void Dump(ref CommandContext call) => call.Reply.Bulk(FunctionDump.Write(libraries.Sources));

    /// <summary>FUNCTION RESTORE payload [FLUSH|APPEND|REPLACE]. Source: redis.io/commands/function-restore.</summary>
    public void Restore(ref CommandContext call)
    {
        if (call.ArgumentCount > 4)
        {
            SubcommandError(ref call, "restore");
            return;
        }

        bool flush = call.ArgumentIs(3, "flush"u8);
        bool replace = call.ArgumentIs(3, "replace"u8);
        if (call.ArgumentCount == 4 && !flush && !replace && !call.ArgumentIs(3, "append"u8))
        {
            call.Reply.Error("ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE."u8);
            return;
        }

        if (!DumpPayload.IsIntact(call.Argument(2)))
        {
            call.Reply.Error("ERR DUMP payload version or checksum are wrong"u8);
            return;
        }

        var loaded = new LibrarySet();
        byte[]? error = Read(call.Argument(2), loaded);
        if (error is null && flush) FunctionLibraries.DisposeAll(libraries.Present);
        error ??= libraries.Join(loaded, replace);
        if (error is not null)
        {
            FunctionLibraries.DisposeAll(loaded);
            Refuse(ref call, error);
            return;
        }

        call.CountDirty(1);
        call.Reply.Ok();
    }

    private byte[]? Read(ReadOnlySpan<byte> payload, LibrarySet into)
    {
        var sources = new List<byte[]>();
        if (FunctionDump.Read(payload, sources) is { } wrong) return Encoding.ASCII.GetBytes(wrong);
        foreach (byte[] source in sources)
        {
            if (libraries.Load(source, false, into, out byte[]? error) is null) return error;
        }

        return null;
    }

    private static void Refuse(ref CommandContext call, byte[] error) => call.Reply.Error([.. "ERR "u8, .. error]);

    private static void SubcommandError(ref CommandContext call, string name)
        => call.Reply.Error($"ERR unknown subcommand or wrong number of arguments for '{name}'. Try FUNCTION HELP.");
}
