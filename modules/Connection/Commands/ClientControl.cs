using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Connection.Commands;

/// <summary>What a client does to others: CLIENT KILL, PAUSE, UNPAUSE, UNBLOCK.</summary>
internal sealed class ClientControl(IServer server)
{
    /// <summary>CLIENT KILL ip:port, or CLIENT KILL filter value [filter value ...]. Source: redis.io/commands/client-kill.</summary>
    public void Kill(ref CommandContext call)
    {
        var filter = new KillFilter();
        bool isOldForm = call.ArgumentCount == 3;
        if (isOldForm)
        {
            filter.Address = Encoding.Latin1.GetString(call.Argument(2));
            filter.SkipsCaller = false;
        }
        else if (!filter.TryParse(ref call, server))
        {
            return;
        }

        bool killsCaller = false;
        int killed = 0;
        foreach (Client client in server.Clients.All.ToArray())
        {
            if (!filter.Matches(client, call.Client, call.NowMs)) continue;
            killed++;
            if (client == call.Client) killsCaller = true; else client.Close();
        }

        if (!isOldForm) call.Reply.Integer(killed);
        else if (killed > 0) call.Reply.Ok();
        else call.Reply.Error("ERR No such client"u8);

        // The caller still gets its answer.
        if (killsCaller) call.Client.Close(afterReplies: true);
    }

    /// <summary>CLIENT PAUSE timeout [WRITE|ALL]. Source: redis.io/commands/client-pause.</summary>
    public void Pause(ref CommandContext call)
    {
        if (call.ArgumentCount > 4)
        {
            TooMany(ref call);
            return;
        }

        bool writesOnly = call.ArgumentIs(3, "write"u8);
        if (call.ArgumentCount == 4 && !writesOnly && !call.ArgumentIs(3, "all"u8))
        {
            call.Reply.Error("ERR CLIENT PAUSE mode must be WRITE or ALL"u8);
            return;
        }

        if (!NumberText.TryParse(call.Argument(2), out long timeoutMs) || timeoutMs > long.MaxValue - call.NowMs)
        {
            call.Reply.Error("ERR timeout is not an integer or out of range"u8);
            return;
        }

        if (timeoutMs < 0)
        {
            call.Reply.Error("ERR timeout is negative"u8);
            return;
        }

        server.Clients.Pause(call.NowMs + timeoutMs, writesOnly);
        call.Reply.Ok();
    }

    /// <summary>CLIENT UNPAUSE. Source: redis.io/commands/client-unpause.</summary>
    public void Unpause(ref CommandContext call)
    {
        server.Clients.Unpause();
        call.Reply.Ok();
    }

    /// <summary>CLIENT UNBLOCK client-id [TIMEOUT|ERROR]. Source: redis.io/commands/client-unblock.</summary>
    public void Unblock(ref CommandContext call)
    {
        if (call.ArgumentCount > 4)
        {
            TooMany(ref call);
            return;
        }

        bool withError = call.ArgumentIs(3, "error"u8);
        if (call.ArgumentCount == 4 && !withError && !call.ArgumentIs(3, "timeout"u8))
        {
            call.Reply.Error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"u8);
            return;
        }

        if (!NumberText.TryParse(call.Argument(2), out long id))
        {
            call.Reply.NotAnInteger();
            return;
        }

        bool unblocked = server.Clients.Find(id) is { IsBlocked: true } client && client.Unblock(withError);
        call.Reply.Integer(unblocked ? 1 : 0);
    }

    private static void TooMany(ref CommandContext call) => call.Reply.Error(
        [.. "ERR unknown subcommand or wrong number of arguments for '"u8, .. call.Argument(1), .. "'. Try CLIENT HELP."u8]);
}
