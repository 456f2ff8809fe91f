using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Server.Commands;

/// <summary>Whole databases and the clock: DBSIZE, FLUSHDB, FLUSHALL, SWAPDB, TIME.</summary>
internal sealed class DatabaseCommands(IServer server, IConfiguration configuration)
{
    /// <summary>DBSIZE. Source: redis.io/commands/dbsize.</summary>
    public void Size(ref CommandContext call) => call.Reply.Integer(call.Keys.Count);

    /// <summary>FLUSHDB [ASYNC|SYNC]. Source: redis.io/commands/flushdb.</summary>
    public void FlushOne(ref CommandContext call) => Flush(ref call, call.Keys.Index);

    /// <summary>FLUSHALL [ASYNC|SYNC]. Source: redis.io/commands/flushall.</summary>
    public void FlushAll(ref CommandContext call) => Flush(ref call, -1);

    /// <summary>SWAPDB index1 index2. Source: redis.io/commands/swapdb.</summary>
    public void Swap(ref CommandContext call)
    {
        if (configuration.Find("cluster-enabled")?.Format() == "yes")
        {
            call.Reply.Error("ERR SWAPDB is not allowed in cluster mode"u8);
            return;
        }

        if (!TryIndex(call.Argument(1), out int first))
        {
            call.Reply.Error("ERR invalid first DB index"u8);
            return;
        }

        if (!TryIndex(call.Argument(2), out int second))
        {
            call.Reply.Error("ERR invalid second DB index"u8);
            return;
        }

        if ((uint)first >= (uint)server.Databases.Count || (uint)second >= (uint)server.Databases.Count)
        {
            call.Reply.Error("ERR DB index is out of range"u8);
            return;
        }

        if (first != second) server.Databases.Swap(first, second);
        call.CountDirty(1);
        call.Reply.Ok();
    }

    /// <summary>TIME. Source: redis.io/commands/time.</summary>
    public void Time(ref CommandContext call)
    {
        const long MicrosPerSecond = 1_000_000;
        long now = server.Clock.UnixMicros();
        call.Reply.Array(2);
        call.Reply.BulkInteger(now / MicrosPerSecond);
        call.Reply.BulkInteger(now % MicrosPerSecond);
    }

    private void Flush(ref CommandContext call, int index)
    {
        bool lazy = call.ArgumentIs(1, "async"u8);
        if (call.ArgumentCount > 2 || (call.ArgumentCount == 2 && !lazy && !call.ArgumentIs(1, "sync"u8)))
        {
            call.Reply.SyntaxError();
            return;
        }

        if (call.ArgumentCount == 1) lazy = configuration.Find("lazyfree-lazy-user-flush") is BoolParameter { Value: true };
        long removed = server.Databases.Flush(index, lazy);
        call.CountDirty(removed);

        // A replica may hold keys that have expired here: an empty flush travels too.
        call.ForcePropagation();
        if (!lazy) server.Memory.Purge();
        call.Reply.Ok();
    }

    private static bool TryIndex(ReadOnlySpan<byte> text, out int index)
    {
        bool valid = NumberText.TryParse(text, out long number) && number is >= int.MinValue and <= int.MaxValue;
        index = valid ? (int)number : 0;
        return valid;
    }
}
