using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Server.Commands;

/// <summary>
/// DEBUG RELOAD and DEBUG LOADAOF without files: the data set goes through what its types save and load, or through the commands that
/// rebuild it, in memory. Holds the loop, as the original does.
/// </summary>
internal sealed class DatasetReload(IServer server)
{
    /// <summary>DEBUG RELOAD: takes a snapshot, empties the databases and loads it. A failure keeps what was loaded until then.</summary>
    public void Reload(ref CommandContext call)
    {
        if (server.Snapshots.Active)
        {
            call.Reply.Error("ERR a snapshot is under way"u8);
            return;
        }

        var collector = new Collector();
        server.Snapshots.Start(collector).Complete();
        try
        {
            if (collector.Error is { } error)
            {
                call.Reply.Error("ERR Error trying to save the data set: " + error);
                return;
            }

            server.Databases.Flush(-1, lazy: false);
            Load(collector);
            server.Log.Notice("DB reloaded by DEBUG RELOAD");
            call.Reply.Ok();
        }
        catch (ValueFormatException broken)
        {
            server.Log.Warning("DEBUG RELOAD could not load what was saved: " + broken.Message);
            call.Reply.Error("ERR Error trying to load the data set: " + broken.Message);
        }
        finally
        {
            foreach (SnapshotChunk chunk in collector.Chunks) chunk.Dispose();
        }
    }

    /// <summary>DEBUG LOADAOF: empties the databases and runs the commands that rebuild them.</summary>
    public void Rebuild(ref CommandContext call)
    {
        var commands = new RebuildCommands();
        for (int i = 0; i < server.Databases.Count; i++)
        {
            commands.Database = i;
            server.Databases[i].ForEach(new Rebuilding(server.Types, commands));
        }

        server.Databases.Flush(-1, lazy: false);
        foreach ((int database, byte[][] command) in commands.All)
        {
            ReadOnlySpan<byte> reply = server.Call(null, database, command);
            if (reply is not [(byte)'-', ..]) continue;
            call.Reply.Error($"ERR Error trying to rebuild the data set: {System.Text.Encoding.Latin1.GetString(reply[1..^2])}");
            return;
        }

        server.Log.Notice("Append Only File loaded by DEBUG LOADAOF");
        call.Reply.Ok();
    }

    private void Load(Collector collector)
    {
        var reader = new ItemReader();
        byte[] joined = [];
        int used = 0;
        foreach (SnapshotChunk chunk in collector.Chunks)
        {
            while (chunk.Read(out SnapshotEntry entry))
            {
                // A large value comes in pieces; their items are read as one.
                if (entry.Continued || used > 0)
                {
                    if (joined.Length < used + entry.Items.Length) joined = Grown(joined, used, used + entry.Items.Length);
                    entry.Items.CopyTo(joined.AsSpan(used));
                    used += entry.Items.Length;
                    if (entry.Continued) continue;
                    reader.Open(joined.AsSpan(0, used));
                    used = 0;
                }
                else
                {
                    entry.OpenValue(reader);
                }

                Load(entry, reader);
            }
        }
    }

    private void Load(SnapshotEntry entry, ItemReader reader)
    {
        DataType type = server.Types.Find(entry.Type) ?? throw new ValueFormatException($"there is no type {entry.Type}");
        int rdbType = type.RdbTypes.IsEmpty ? entry.TypeVersion : reader.TryRdbType();
        Database database = server.Databases[entry.Database];
        using PinnedKey key = new(entry.Key);
        Entry loaded = type.Load(reader, rdbType, database, key.Key);
        if (!reader.AtEnd) throw new ValueFormatException($"a value of type {entry.Type} has bytes left over");
        if (entry.ExpireAtMs >= 0) loaded = database.SetExpiry(loaded, entry.ExpireAtMs);
        if (entry.Frequency >= 0) database.SetFrequency(loaded, entry.Frequency);
        else if (entry.IdleSeconds >= 0) database.SetIdle(loaded, entry.IdleSeconds);
    }

    // The reader wants bytes that stay in place.
    private static byte[] Grown(byte[] bytes, int used, int wanted)
    {
        byte[] grown = GC.AllocateUninitializedArray<byte>(Math.Max(wanted, bytes.Length * 2), pinned: true);
        bytes.AsSpan(0, used).CopyTo(grown);
        return grown;
    }

    private sealed class Collector : SnapshotConsumer
    {
        public List<SnapshotChunk> Chunks { get; } = [];

        public string? Error { get; private set; }

        public override bool Ready => true;

        public override void Take(SnapshotChunk chunk) => Chunks.Add(chunk);

        public override void Ended(string? error) => Error = error;
    }

    private sealed class RebuildCommands : ICommandSink
    {
        private byte[][] _command = [];
        private int _at;

        public int Database { get; set; }

        public List<(int Database, byte[][] Command)> All { get; } = [];

        public void Begin(int arguments)
        {
            _command = new byte[arguments][];
            _at = 0;
            All.Add((Database, _command));
        }

        public void Argument(ReadOnlySpan<byte> bytes) => _command[_at++] = bytes.ToArray();
    }

    private sealed class Rebuilding(IDataTypes types, RebuildCommands commands) : IEntryVisitor
    {
        public void Visit(Entry entry)
        {
            types.Of(entry).Rewrite(entry, commands);
            if (!entry.HasExpiry) return;
            Span<byte> digits = stackalloc byte[20];
            commands.Begin(3);
            commands.Argument("PEXPIREAT"u8);
            commands.Argument(entry.Key);
            commands.Argument(digits[..NumberText.Write(digits, entry.ExpireAtMs)]);
        }
    }
}
