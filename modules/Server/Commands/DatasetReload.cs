using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Server.Commands;

/// <summary>
/// DEBUG LOADAOF without files: the data set goes through the commands that rebuild it, in memory. Holds the loop, as the original does.
/// </summary>
internal sealed class DatasetReload(IServer server)
{
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
