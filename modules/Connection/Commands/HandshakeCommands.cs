using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Connection.Commands;

/// <summary>AUTH and HELLO.</summary>
internal sealed class HandshakeCommands(IServer server, IConfiguration configuration)
{
    private const int ProtocolMin = 2;
    private const int ProtocolMax = 3;

    /// <summary>AUTH [username] password. Source: redis.io/commands/auth.</summary>
    public void Auth(ref CommandContext call)
    {
        if (call.ArgumentCount > 3)
        {
            call.Reply.SyntaxError();
            return;
        }

        for (int i = 1; i < call.ArgumentCount; i++) call.Redact(i);
        bool namesUser = call.ArgumentCount == 3;
        if (!namesUser && (server.Find<IAuthenticator>()?.DefaultHasNoPassword ?? true))
        {
            call.Reply.Error(
                "ERR AUTH <password> called without any password configured for the default user. "u8
                + "Are you sure your configuration is correct?"u8);
            return;
        }

        ReadOnlySpan<byte> user = namesUser ? call.Argument(1) : "default"u8;
        if (TryAuthenticate(ref call, user, call.Argument(call.ArgumentCount - 1))) call.Reply.Ok();
        else WrongPassword(call.Reply);
    }

    /// <summary>HELLO [protover [AUTH username password] [SETNAME clientname]]. Source: redis.io/commands/hello.</summary>
    public void Hello(ref CommandContext call)
    {
        long version = 0;
        if (call.ArgumentCount > 1)
        {
            if (!NumberText.TryParse(call.Argument(1), out version))
            {
                call.Reply.Error("ERR Protocol version is not an integer or out of range"u8);
                return;
            }

            if (version is < ProtocolMin or > ProtocolMax)
            {
                call.Reply.Error("NOPROTO unsupported protocol version"u8);
                return;
            }
        }

        if (!TakeOptions(ref call)) return;
        if (!call.Client.IsAuthenticated)
        {
            call.Reply.Error(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> "u8
                + "option can be used to authenticate the client and select the RESP protocol version at the same time"u8);
            return;
        }

        if (version != 0) call.Client.SetProtocol((int)version);
        Describe(call.Reply, call.Client);
    }

    private bool TakeOptions(ref CommandContext call)
    {
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            int more = call.ArgumentCount - 1 - i;
            if (call.ArgumentIs(i, "auth"u8) && more >= 2)
            {
                call.Redact(i + 1);
                call.Redact(i + 2);
                if (!TryAuthenticate(ref call, call.Argument(i + 1), call.Argument(i + 2)))
                {
                    WrongPassword(call.Reply);
                    return false;
                }

                i += 2;
            }
            else if (call.ArgumentIs(i, "setname"u8) && more >= 1)
            {
                if (!ClientNames.TrySet(call.Client, call.Argument(i + 1), call.Reply)) return false;
                i++;
            }
            else
            {
                call.Reply.Error([.. "ERR Syntax error in HELLO option '"u8, .. Words.Shown(call.Argument(i)), (byte)'\'']);
                return false;
            }
        }

        return true;
    }

    private void Describe(ReplyWriter reply, Client client)
    {
        bool isCluster = configuration.Find("cluster-enabled")?.Format() == "yes";
        bool isReplica = !string.IsNullOrEmpty(configuration.Find("replicaof")?.Format());
        reply.Map(7);
        reply.Bulk("server"u8);
        reply.Bulk("redis"u8);
        reply.Bulk("version"u8);
        reply.Bulk(Encoding.ASCII.GetBytes(ServerVersion.Compatibility));
        reply.Bulk("proto"u8);
        reply.Integer(client.Protocol);
        reply.Bulk("id"u8);
        reply.Integer(client.Id);
        reply.Bulk("mode"u8);
        reply.Bulk(isCluster ? "cluster"u8 : "standalone"u8);
        reply.Bulk("role"u8);
        reply.Bulk(isReplica ? "replica"u8 : "master"u8);
        reply.Bulk("modules"u8);
        DescribeModules(reply);
    }

    private void DescribeModules(ReplyWriter reply)
    {
        // Only what was loaded beyond the default set: every connecting client pays for the answer.
        List<ModuleDescription> loaded = [.. server.Modules.All.Where(module => module.Unloadable)];
        reply.Array(loaded.Count);
        foreach (ModuleDescription module in loaded) module.WriteTo(reply);
    }

    private bool TryAuthenticate(scoped ref CommandContext call, scoped ReadOnlySpan<byte> user, scoped ReadOnlySpan<byte> password) =>
        server.Find<IAuthenticator>()?.TryAuthenticate(call.Client, user, password, call.Argument(0)) ?? false;

    private static void WrongPassword(ReplyWriter reply) =>
        reply.Error("WRONGPASS invalid username-password pair or user is disabled."u8);
}
