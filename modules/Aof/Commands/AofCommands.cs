using ModularKv.Abstractions;
using ModularKv.Aof.Rewriting;

namespace ModularKv.Aof.Commands;

/// <summary>BGREWRITEAOF and DEBUG LOADAOF.</summary>
internal sealed class AofCommands(AofLog log, Rewrite rewrite)
{
    /// <summary>BGREWRITEAOF. Source: redis.io/commands/bgrewriteaof.</summary>
    public void Rewrite(ref CommandContext call)
    {
        if (rewrite.IsRunning)
        {
            call.Reply.Error("ERR Background append only file rewriting already in progress"u8);
        }
        else if (rewrite.MustWait)
        {
            rewrite.IsScheduled = true;
            rewrite.Failures = 0; // asked for by hand: at once
            call.Reply.Simple("Background append only file rewriting scheduled"u8);
        }
        else if (rewrite.TryStart())
        {
            call.Reply.Simple("Background append only file rewriting started"u8);
        }
        else
        {
            call.Reply.Error("ERR Can't execute an AOF background rewriting. Please check the server logs for more information."u8);
        }
    }

    /// <summary>DEBUG LOADAOF.</summary>
    public void Load(ref CommandContext call)
    {
        try
        {
            log.Reload();
            call.Reply.Ok();
        }
        catch (ModuleException e)
        {
            call.Server.Log.Warning(e.Message);
            call.Reply.Error("ERR Error trying to load the AOF files, check server logs."u8);
        }
    }
}
