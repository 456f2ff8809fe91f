using ModularKv.Abstractions;

namespace ModularKv.Connection.Commands;

/// <summary>PING, ECHO, SELECT, QUIT and RESET.</summary>
internal sealed class BasicCommands(IServer server)
{
    // What RESET leaves alone: what the connection is, not what its commands made of it.
    private const ClientFlags KeptByReset = ClientFlags.UnixSocket | ClientFlags.CloseAfterReply | ClientFlags.CloseNow
        | ClientFlags.Virtual | ClientFlags.Internal;

    /// <summary>PING [message]. Source: redis.io/commands/ping.</summary>
    public void Ping(ref CommandContext call)
    {
        if (call.ArgumentCount > 2)
        {
            call.Reply.Error("ERR wrong number of arguments for 'ping' command"u8);
            return;
        }

        // A RESP2 subscriber reads messages only, so the answer looks like one.
        if (call.Client.Flags.HasFlag(ClientFlags.PubSub) && call.Client.Protocol == 2)
        {
            call.Reply.Array(2);
            call.Reply.Bulk("pong"u8);
            call.Reply.Bulk(call.ArgumentCount == 2 ? call.Argument(1) : default);
        }
        else if (call.ArgumentCount == 2)
        {
            call.Reply.Bulk(call.Argument(1));
        }
        else
        {
            call.Reply.Simple("PONG"u8);
        }
    }

    /// <summary>ECHO message. Source: redis.io/commands/echo.</summary>
    public void Echo(ref CommandContext call) => call.Reply.Bulk(call.Argument(1));

    /// <summary>SELECT index. Source: redis.io/commands/select.</summary>
    public void Select(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(1), out long index))
        {
            call.Reply.NotAnInteger();
            return;
        }

        if (index is < int.MinValue or > int.MaxValue)
        {
            call.Reply.Error("ERR value is out of range, value must between -2147483648 and 2147483647"u8);
            return;
        }

        if (call.Client.Select((int)index)) call.Reply.Ok(); else call.Reply.Error("ERR DB index is out of range"u8);
    }

    /// <summary>QUIT. Source: redis.io/commands/quit.</summary>
    public void Quit(ref CommandContext call)
    {
        call.Reply.Ok();
        call.Client.Close(afterReplies: true);
    }

    /// <summary>RESET. Source: redis.io/commands/reset.</summary>
    public void Reset(ref CommandContext call)
    {
        Client client = call.Client;
        if ((client.Flags & (ClientFlags.Replica | ClientFlags.Master)) != 0 && !client.Flags.HasFlag(ClientFlags.Monitor))
        {
            call.Reply.Error("ERR can only reset normal client connections"u8);
            return;
        }

        // Modules first: they look at the flags to see what they have to undo.
        server.Clients.Reset(client);
        client.Flags &= KeptByReset;
        client.Class = ClientClass.Normal;
        client.Select(0);
        client.SetProtocol(2);
        server.Find<IAuthenticator>()?.Reset(client);
        client.Name = "";
        call.Reply.Simple("RESET"u8);
    }
}
