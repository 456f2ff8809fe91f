using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Server.Commands;

/// <summary>CONFIG.</summary>
internal sealed class ConfigCommands(IServer server)
{
    /// <summary>CONFIG GET parameter [parameter ...]. Source: redis.io/commands/config-get.</summary>
    public void Get(ref CommandContext call)
    {
        IReadOnlyList<ConfigurationEntry> entries = server.Configuration.Get(ArgumentsFrom(call, 2));
        call.Reply.Map(entries.Count);
        foreach (ConfigurationEntry entry in entries)
        {
            call.Reply.Bulk(entry.Name);
            call.Reply.Bulk(entry.Value);
        }
    }

    /// <summary>CONFIG SET parameter value [parameter value ...]. Source: redis.io/commands/config-set.</summary>
    public void Set(ref CommandContext call)
    {
        for (int i = 2; i + 1 < call.ArgumentCount; i += 2)
        {
            if (server.Configuration.IsSensitive(call.Argument(i))) call.Redact(i + 1);
        }

        var caller = new ConfigurationCaller(call.Client.IsLocal, server.Loading.Active);
        Answer(call.Reply, server.Configuration.Set(ArgumentsFrom(call, 2), caller));
    }

    /// <summary>CONFIG REWRITE. Source: redis.io/commands/config-rewrite.</summary>
    public void Rewrite(ref CommandContext call)
    {
        string? error = server.Configuration.Rewrite();
        if (server.Configuration.FilePath is { } path)
        {
            string outcome = error is null ? "executed with success." : "failed: " + error;
            server.Log.Warning($"CONFIG REWRITE of {path} {outcome}");
        }

        Answer(call.Reply, error);
    }

    /// <summary>CONFIG RESETSTAT. Source: redis.io/commands/config-resetstat.</summary>
    public void ResetStatistics(ref CommandContext call)
    {
        server.Statistics.Reset();
        server.Commands.ResetStatistics();
        call.Reply.Ok();
    }

    private static void Answer(ReplyWriter reply, string? error)
    {
        if (error is null) reply.Ok(); else reply.Error(ConfigurationText.Encode(error));
    }

    private static List<ReadOnlyMemory<byte>> ArgumentsFrom(CommandContext call, int first)
    {
        var arguments = new List<ReadOnlyMemory<byte>>(call.ArgumentCount - first);
        for (int i = first; i < call.ArgumentCount; i++) arguments.Add(call.Argument(i).ToArray());
        return arguments;
    }
}
