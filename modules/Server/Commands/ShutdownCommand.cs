using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>SHUTDOWN.</summary>
internal sealed class ShutdownCommand(IServer server)
{
    /// <summary>SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]. Source: redis.io/commands/shutdown.</summary>
    public void Run(ref CommandContext call)
    {
        ShutdownOptions options = ShutdownOptions.None;
        bool abort = false;
        for (int i = 1; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentIs(i, "nosave"u8)) options |= ShutdownOptions.NoSave;
            else if (call.ArgumentIs(i, "save"u8)) options |= ShutdownOptions.Save;
            else if (call.ArgumentIs(i, "now"u8)) options |= ShutdownOptions.Now;
            else if (call.ArgumentIs(i, "force"u8)) options |= ShutdownOptions.Force;
            else if (call.ArgumentIs(i, "abort"u8)) abort = true;
            else
            {
                call.Reply.SyntaxError();
                return;
            }
        }

        const ShutdownOptions Contradiction = ShutdownOptions.Save | ShutdownOptions.NoSave;
        if ((abort && options != ShutdownOptions.None) || (options & Contradiction) == Contradiction)
        {
            call.Reply.SyntaxError();
        }
        else if (abort)
        {
            if (server.Shutdown.Abort()) call.Reply.Ok(); else call.Reply.Error("ERR No shutdown in progress."u8);
        }
        else if (call.MayNotBlock && !options.HasFlag(ShutdownOptions.Now))
        {
            call.Reply.Error("ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client"u8);
        }
        else if (!options.HasFlag(ShutdownOptions.NoSave) && server.LongWork.BusyRefusal is { } busy)
        {
            call.Reply.Error(busy);
        }
        else if (server.Shutdown.Request(options, call.Client) is { } refusal)
        {
            server.Log.Warning($"SHUTDOWN refused: {refusal}");
            call.Reply.Error("ERR Errors trying to SHUTDOWN. Check logs."u8);
        }
    }
}
