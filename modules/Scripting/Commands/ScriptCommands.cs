using ModularKv.Abstractions;
using ModularKv.Scripting.Evaluation;
using ModularKv.Scripting.Running;

namespace ModularKv.Scripting.Commands;

/// <summary>SCRIPT and its subcommands.</summary>
internal sealed class ScriptCommands(ScriptCache cache, ScriptSettings settings, ScriptKill kill)
{
    /// <summary>SCRIPT LOAD script. Source: redis.io/commands/script-load.</summary>
    public void Load(ref CommandContext call)
    {
        CachedScript? script = cache.Add(call.Argument(2), true, out byte[]? error);
        if (script is null) call.Reply.Error(error!); else call.Reply.Bulk(script.Name);
    }

    /// <summary>SCRIPT EXISTS sha1 [sha1 ...]. Source: redis.io/commands/script-exists.</summary>
    public void Exists(ref CommandContext call)
    {
        call.Reply.Array(call.ArgumentCount - 2);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            bool exists = ScriptDigest.TryParse(call.Argument(i), out ScriptDigest digest) && cache.Contains(digest);
            call.Reply.Integer(exists ? 1 : 0);
        }
    }

    /// <summary>SCRIPT FLUSH [ASYNC|SYNC]. Source: redis.io/commands/script-flush.</summary>
    public void Flush(ref CommandContext call)
    {
        if (!FlushMode.TryRead(ref call, settings, out bool inBackground))
        {
            call.Reply.Error("ERR SCRIPT FLUSH only support SYNC|ASYNC option"u8);
            return;
        }

        cache.Clear(inBackground);
        call.Reply.Ok();
    }

    /// <summary>SCRIPT KILL. Source: redis.io/commands/script-kill.</summary>
    public void Kill(ref CommandContext call) => kill.Run(ref call, true);

    /// <summary>SCRIPT DEBUG YES|SYNC|NO. There is no debugger to attach to a running server: only NO is served.</summary>
    public static void Debug(ref CommandContext call)
    {
        if (call.ArgumentIs(2, "no"u8)) call.Reply.Ok();
        else if (call.ArgumentIs(2, "yes"u8) || call.ArgumentIs(2, "sync"u8)) call.Reply.Error("ERR The debugger is not available"u8);
        else call.Reply.Error("ERR Use SCRIPT DEBUG YES/SYNC/NO"u8);
    }
}

/// <summary>Ends a script that is past its time. Source: scriptKill.</summary>
internal sealed class ScriptKill(ActiveRun run)
{
    /// <summary>SCRIPT KILL, or FUNCTION KILL.</summary>
    public void Run(ref CommandContext call, bool isForScript)
    {
        if (!run.IsActive) call.Reply.Error("NOTBUSY No scripts in execution right now."u8);
        else if ((run.Caller.Flags & ClientFlags.Master) != 0) call.Reply.Error(
            "UNKILLABLE The busy script was sent by a master instance in the context of replication and cannot be killed."u8);
        else if (run.HasWritten) call.Reply.Error("UNKILLABLE Sorry the script already executed write commands against the dataset. You "u8
            + "can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command."u8);
        else if (isForScript != run.IsScript) call.Reply.Error(run.IsScript ? ActiveRun.ScriptBusy : ActiveRun.FunctionBusy);
        else
        {
            run.Kill();
            call.Reply.Ok();
        }
    }
}

/// <summary>SYNC or ASYNC behind FLUSH.</summary>
internal static class FlushMode
{
    /// <summary>Reads it; without one the configuration decides. False: it is something else.</summary>
    public static bool TryRead(ref CommandContext call, ScriptSettings settings, out bool inBackground)
    {
        inBackground = call.ArgumentCount == 2 ? settings.FlushesInBackground : call.ArgumentIs(2, "async"u8);
        return call.ArgumentCount == 2 || (call.ArgumentCount == 3 && (inBackground || call.ArgumentIs(2, "sync"u8)));
    }
}
