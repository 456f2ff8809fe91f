using System.Globalization;
using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Monitoring.Live;

/// <summary>Shows every command to the clients that asked for it with MONITOR. Source: replicationFeedMonitors.</summary>
internal sealed class MonitorFeed : CommandObserver
{
    private const CommandFlags Hidden = CommandFlags.SkipMonitor | CommandFlags.Admin;

    private readonly List<Client> _clients = [];
    private readonly MonitorLine _line = new();

    /// <summary>Number of clients that watch.</summary>
    public int Count => _clients.Count;

    /// <summary>MONITOR. Source: redis.io/commands/monitor.</summary>
    public void Monitor(ref CommandContext call)
    {
        Client client = call.Client;
        if (call.MayNotBlock)
        {
            call.Reply.Error("ERR MONITOR isn't allowed for DENY BLOCKING client"u8);
            return;
        }

        // As in Redis: who watches already gets no answer.
        if ((client.Flags & (ClientFlags.Monitor | ClientFlags.Replica)) != 0) return;
        client.Flags |= ClientFlags.Monitor;
        _clients.Add(client);
        ThresholdMicros = 0;
        call.Reply.Ok();
    }

    /// <summary>The client watches no more.</summary>
    public void Remove(Client client)
    {
        if (!_clients.Remove(client)) return;
        client.Flags &= ~ClientFlags.Monitor;
        if (_clients.Count == 0) ThresholdMicros = Nothing;
    }

    /// <inheritdoc/>
    public override void Executed(in CommandContext call, long micros)
    {
        // A blocked command was shown when it came.
        if ((call.Command.Flags & Hidden) != 0 || call.IsRetry || call.IsTimedOut) return;
        Show(call);
    }

    /// <inheritdoc/>
    public override void Announced(in CommandContext call) => Show(call);

    private void Show(in CommandContext call)
    {
        ReadOnlySpan<byte> line = Describe(call);
        foreach (Client client in _clients)
        {
            if ((client.Flags & (ClientFlags.ReplyOff | ClientFlags.ReplySkip)) != 0) continue;
            client.Output.Simple(line);
            client.FlushLater();
        }

        _line.End();
    }

    private ReadOnlySpan<byte> Describe(in CommandContext call)
    {
        long now = call.Server.Clock.UnixMicros();
        string address = call.Client.Address;
        bool isScript = (call.Client.Flags & (ClientFlags.Virtual | ClientFlags.Internal)) == ClientFlags.Virtual;
        if (address.Length == 0) address = isScript ? "lua" : "?:0";

        // The path stands without the port that a client's address has.
        if ((call.Client.Flags & ClientFlags.UnixSocket) != 0) address = "unix:" + address[..address.LastIndexOf(':')];
        string head = string.Create(CultureInfo.InvariantCulture,
            $"{now / 1_000_000}.{now % 1_000_000:D6} [{call.Client.Database} {address}]");
        _line.Begin(Encoding.UTF8.GetBytes(head));
        for (int i = 0; i < call.ArgumentCount; i++) _line.Argument(call.IsRedacted(i) ? "(redacted)"u8 : call.Argument(i));
        return _line.Bytes;
    }
}
