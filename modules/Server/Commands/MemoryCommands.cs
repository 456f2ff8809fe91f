using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.Server.Info;

namespace ModularKv.Server.Commands;

/// <summary>MEMORY. Source: redis.io/commands/memory-stats and its neighbours.</summary>
internal sealed class MemoryCommands(IServer server)
{
    private const Access Unseen = Access.NoTouch | Access.NoStatistics | Access.NoNotify;

    /// <summary>Elements looked at where SAMPLES is not given. Source: OBJ_COMPUTE_SIZE_DEF_SAMPLES.</summary>
    private const int SamplesDefault = 5;

    /// <summary>MEMORY USAGE key [SAMPLES count].</summary>
    public void Usage(ref CommandContext call)
    {
        long samples = SamplesDefault;
        for (int i = 3; i < call.ArgumentCount; i += 2)
        {
            if (!call.ArgumentIs(i, "samples"u8) || i + 1 == call.ArgumentCount)
            {
                call.Reply.SyntaxError();
                return;
            }

            if (!NumberText.TryParse(call.Argument(i + 1), out samples))
            {
                call.Reply.NotAnInteger();
                return;
            }

            if (samples < 0)
            {
                call.Reply.SyntaxError();
                return;
            }
        }

        Entry entry = call.Keys.Find(call.Key(2), Unseen);
        if (entry.IsMissing) call.Reply.Null();
        else call.Reply.Integer(call.Keys.MemoryUsage(entry, (int)Math.Min(samples, int.MaxValue)));
    }

    /// <summary>MEMORY STATS.</summary>
    public void Stats(ref CommandContext call)
    {
        var memory = new MemorySnapshot(server);
        IScriptFigures? scripts = server.Find<IScriptFigures>();
        List<(string Name, object Value)> facts =
        [
            ("peak.allocated", memory.Peak), ("total.allocated", memory.Used), ("startup.allocated", memory.Startup),
            ("replication.backlog", 0L), ("clients.slaves", memory.ReplicaClients), ("clients.normal", memory.NormalClients),
            ("cluster.links", 0L), ("aof.buffer", 0L), ("lua.caches", scripts?.ScriptCacheBytes ?? 0L),
            ("functions.caches", scripts?.FunctionCacheBytes ?? 0L),
        ];
        AddDatabases(facts, memory);
        facts.AddRange(
        [
            ("overhead.total", memory.Overhead), ("keys.count", memory.Keys),
            ("keys.bytes-per-key", memory.Keys == 0 ? 0 : Math.Max(0, memory.Used - memory.Startup) / memory.Keys),
            ("dataset.bytes", memory.Dataset), ("dataset.percentage", memory.DatasetPercent), ("peak.percentage", memory.PeakPercent),
            ("allocator.allocated", memory.Allocated), ("allocator.active", memory.Active), ("allocator.resident", memory.Committed),
            ("allocator-fragmentation.ratio", MemorySnapshot.Ratio(memory.Active, memory.Allocated)),
            ("allocator-fragmentation.bytes", memory.Active - memory.Allocated),
            ("allocator-rss.ratio", MemorySnapshot.Ratio(memory.Committed, memory.Active)),
            ("allocator-rss.bytes", memory.Committed - memory.Active),
            ("rss-overhead.ratio", MemorySnapshot.Ratio(memory.Resident, memory.Committed)),
            ("rss-overhead.bytes", memory.Resident - memory.Committed),
            ("fragmentation", MemorySnapshot.Ratio(memory.Resident, memory.Used)),
            ("fragmentation.bytes", memory.Resident - memory.Used),
        ]);
        foreach ((string part, long bytes) in memory.Parts) facts.Add(("part." + part, bytes));
        Write(call.Reply, facts);
    }

    /// <summary>MEMORY DOCTOR.</summary>
    public void Doctor(ref CommandContext call) =>
        call.Reply.Verbatim("txt"u8, Encoding.UTF8.GetBytes(
            MemoryDoctor.Report(new MemorySnapshot(server), server.Clients.All.Count, server.Find<IScriptFigures>()?.ScriptCount ?? 0)));

    /// <summary>MEMORY PURGE.</summary>
    public void Purge(ref CommandContext call)
    {
        server.Memory.Purge();
        call.Reply.Ok();
    }

    /// <summary>MEMORY MALLOC-STATS: what the server's own allocator knows.</summary>
    public void AllocatorStats(ref CommandContext call)
    {
        var memory = new MemorySnapshot(server);
        var text = new StringBuilder("___ Begin modularkv slab statistics ___\n");
        text.Append(CultureInfo.InvariantCulture, $"Used: {memory.Used}, committed: {memory.Committed}, fragmented: {memory.Fragmented}\n");
        foreach ((string part, long bytes) in memory.Parts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{part}: {bytes}\n");
        }

        text.Append("--- End modularkv slab statistics ---\n");
        call.Reply.Verbatim("txt"u8, Encoding.UTF8.GetBytes(text.ToString()));
    }

    // The tables of all databases are one account; a database gets its share by its number of keys. Times to live stand in the records.
    private void AddDatabases(List<(string Name, object Value)> facts, in MemorySnapshot memory)
    {
        long tables = memory.Parts.GetValueOrDefault("tables");
        for (int i = 0; i < server.Databases.Count; i++)
        {
            long count = server.Databases.CountOf(i);
            if (count == 0) continue;
            List<(string Name, object Value)> parts =
            [
                ("overhead.hashtable.main", (long)((double)tables * count / Math.Max(1, memory.Keys))),
                ("overhead.hashtable.expires", 0L), ("overhead.hashtable.slot-to-keys", 0L),
            ];
            facts.Add(("db." + i.ToString(CultureInfo.InvariantCulture), parts));
        }
    }

    private static void Write(ReplyWriter reply, List<(string Name, object Value)> facts)
    {
        reply.Map(facts.Count);
        foreach ((string name, object value) in facts)
        {
            reply.Bulk(name);
            switch (value)
            {
                case long number: reply.Integer(number); break;
                case double number: reply.Double(number); break;
                case List<(string, object)> parts: Write(reply, parts); break;
            }
        }
    }
}
