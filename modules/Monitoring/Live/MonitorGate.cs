using ModularKv.Abstractions;

namespace ModularKv.Monitoring.Live;

/// <summary>Who watches may not touch keys: to Redis it is a kind of replica. Source: processCommand.</summary>
internal sealed class MonitorGate : CommandInterceptor
{
    private const CommandFlags OnKeys = CommandFlags.Write | CommandFlags.ReadOnly | CommandFlags.MayReplicate;

    /// <inheritdoc/>
    public override int Order => 260;

    /// <inheritdoc/>
    public override bool OnlyGated => true;

    /// <inheritdoc/>
    public override Verdict Before(ref CommandContext call)
    {
        Client client = call.Client;
        if ((client.Flags & ClientFlags.Monitor) == 0) return Verdict.Continue;
        CommandFlags flags = call.Command.Flags | (call.Command.Spec.RunsQueue ? client.QueuedFlags : CommandFlags.None);
        if ((flags & OnKeys) == 0) return Verdict.Continue;
        call.Refuse("ERR Replica can't interact with the keyspace"u8);
        return Verdict.Rejected;
    }
}
