using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Connection.Commands;

/// <summary>What a client says about itself: CLIENT ID, SETNAME, GETNAME, SETINFO, NO-EVICT, NO-TOUCH, REPLY.</summary>
internal sealed class ClientSettings
{
    /// <summary>CLIENT ID. Source: redis.io/commands/client-id.</summary>
    public void Id(ref CommandContext call) => call.Reply.Integer(call.Client.Id);

    /// <summary>CLIENT SETNAME connection-name. Source: redis.io/commands/client-setname.</summary>
    public void SetName(ref CommandContext call)
    {
        if (ClientNames.TrySet(call.Client, call.Argument(2), call.Reply)) call.Reply.Ok();
    }

    /// <summary>CLIENT GETNAME. Source: redis.io/commands/client-getname.</summary>
    public void GetName(ref CommandContext call)
    {
        if (call.Client.Name.Length == 0) call.Reply.Null(); else call.Reply.Bulk(Encoding.ASCII.GetBytes(call.Client.Name));
    }

    /// <summary>CLIENT SETINFO (LIB-NAME libname | LIB-VER libver). Source: redis.io/commands/client-setinfo.</summary>
    public void SetInfo(ref CommandContext call)
    {
        bool isName = call.ArgumentIs(2, "lib-name"u8);
        if (!isName && !call.ArgumentIs(2, "lib-ver"u8))
        {
            call.Reply.Error([.. "ERR Unrecognized option '"u8, .. Words.Shown(call.Argument(2)), (byte)'\'']);
            return;
        }

        if (!ClientNames.IsValid(call.Argument(3)))
        {
            string option = Encoding.ASCII.GetString(call.Argument(2));
            call.Reply.Error($"ERR {option} cannot contain spaces, newlines or special characters.");
            return;
        }

        string value = Encoding.ASCII.GetString(call.Argument(3));
        if (isName) call.Client.LibraryName = value; else call.Client.LibraryVersion = value;
        call.Reply.Ok();
    }

    /// <summary>CLIENT NO-EVICT ON|OFF. Source: redis.io/commands/client-no-evict.</summary>
    public void NoEvict(ref CommandContext call) => Switch(ref call, ClientFlags.NoEvict);

    /// <summary>CLIENT NO-TOUCH ON|OFF. Source: redis.io/commands/client-no-touch.</summary>
    public void NoTouch(ref CommandContext call) => Switch(ref call, ClientFlags.NoTouch);

    /// <summary>CLIENT REPLY ON|OFF|SKIP. Source: redis.io/commands/client-reply.</summary>
    public void Reply(ref CommandContext call)
    {
        Client client = call.Client;
        if (call.ArgumentIs(2, "on"u8))
        {
            // While replies are off the call's own reply goes nowhere; this one must arrive.
            const ClientFlags Mute = ClientFlags.ReplyOff | ClientFlags.ReplySkip;
            ReplyWriter reply = (client.Flags & Mute) != 0 ? client.Output : call.Reply;
            client.Flags &= ~Mute;
            reply.Ok();
            client.FlushLater();
        }
        else if (call.ArgumentIs(2, "off"u8))
        {
            client.Flags |= ClientFlags.ReplyOff;
        }
        else if (!call.ArgumentIs(2, "skip"u8))
        {
            call.Reply.SyntaxError();
        }
        else if (!client.Flags.HasFlag(ClientFlags.ReplyOff))
        {
            client.Flags |= ClientFlags.ReplySkipNext;
        }
    }

    private static void Switch(ref CommandContext call, ClientFlags flag)
    {
        if (call.ArgumentIs(2, "on"u8))
        {
            call.Client.Flags |= flag;
        }
        else if (call.ArgumentIs(2, "off"u8))
        {
            call.Client.Flags &= ~flag;
        }
        else
        {
            call.Reply.SyntaxError();
            return;
        }

        call.Reply.Ok();
    }
}
