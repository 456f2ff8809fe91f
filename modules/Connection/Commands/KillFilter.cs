using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Connection.Commands;

/// <summary>Which clients a CLIENT KILL is about: all of its filters must match.</summary>
internal sealed class KillFilter
{
    private string? _localAddress;
    private string? _user;
    private ClientClass? _type;
    private long _id;
    private long _minAgeSeconds;

    /// <summary>The peer's "ip:port", or null for any.</summary>
    public string? Address { get; set; }

    /// <summary>SKIPME: whether the caller is left alone.</summary>
    public bool SkipsCaller { get; set; } = true;

    /// <summary>Reads filter value pairs from the third argument on. False: refused, and the error is written.</summary>
    public bool TryParse(ref CommandContext call, IServer server)
    {
        for (int i = 2; i < call.ArgumentCount; i += 2)
        {
            if (i + 1 == call.ArgumentCount)
            {
                call.Reply.SyntaxError();
                return false;
            }

            if (!TryTake(ref call, i, server)) return false;
        }

        return true;
    }

    /// <summary>Whether a client is meant.</summary>
    public bool Matches(Client client, Client caller, long nowMs)
    {
        if (client.Flags.HasFlag(ClientFlags.Internal) || client.Flags.HasFlag(ClientFlags.Virtual)) return false;
        if (Address is not null && client.Address != Address) return false;
        if (_localAddress is not null && client.LocalAddress != _localAddress) return false;
        if (_type is { } type && ClientTypes.Of(client) != type) return false;
        if (_id != 0 && client.Id != _id) return false;
        if (_user is not null && client.User != _user) return false;
        if (_minAgeSeconds != 0 && (nowMs - client.ConnectedAtMs) / 1000 < _minAgeSeconds) return false;
        return client != caller || !SkipsCaller;
    }

    private bool TryTake(ref CommandContext call, int at, IServer server)
    {
        ReadOnlySpan<byte> value = call.Argument(at + 1);
        if (call.ArgumentIs(at, "id"u8)) return TryPositive(ref call, value, "client-id should be greater than 0", out _id);
        if (call.ArgumentIs(at, "maxage"u8)) return TryMaxAge(ref call, value);
        if (call.ArgumentIs(at, "type"u8)) return TryType(ref call, value);
        if (call.ArgumentIs(at, "user"u8)) return TryUser(ref call, value, server);
        if (call.ArgumentIs(at, "addr"u8))
        {
            Address = Encoding.Latin1.GetString(value);
            return true;
        }

        if (call.ArgumentIs(at, "laddr"u8))
        {
            _localAddress = Encoding.Latin1.GetString(value);
            return true;
        }

        if (call.ArgumentIs(at, "skipme"u8) && (call.ArgumentIs(at + 1, "yes"u8) || call.ArgumentIs(at + 1, "no"u8)))
        {
            SkipsCaller = call.ArgumentIs(at + 1, "yes"u8);
            return true;
        }

        call.Reply.SyntaxError();
        return false;
    }

    private static bool TryPositive(ref CommandContext call, ReadOnlySpan<byte> value, string refusal, out long number)
    {
        if (NumberText.TryParse(value, out number) && number >= 1) return true;
        call.Reply.Error("ERR " + refusal);
        return false;
    }

    private bool TryMaxAge(ref CommandContext call, ReadOnlySpan<byte> value)
    {
        if (!NumberText.TryParse(value, out _minAgeSeconds))
        {
            call.Reply.Error("ERR maxage is not an integer or out of range"u8);
            return false;
        }

        if (_minAgeSeconds > 0) return true;
        call.Reply.Error("ERR maxage should be greater than 0"u8);
        return false;
    }

    private bool TryType(ref CommandContext call, ReadOnlySpan<byte> value)
    {
        if (ClientTypes.TryFind(value, out ClientClass type))
        {
            _type = type;
            return true;
        }

        call.Reply.Error([.. "ERR Unknown client type '"u8, .. Words.Shown(value), (byte)'\'']);
        return false;
    }

    private bool TryUser(ref CommandContext call, ReadOnlySpan<byte> value, IServer server)
    {
        _user = ConfigurationText.Decode(value);
        if (server.Find<IAuthenticator>()?.HasUser(value) ?? _user == "default") return true;
        call.Reply.Error([.. "ERR No such user '"u8, .. Words.Shown(value), (byte)'\'']);
        return false;
    }
}
