using System.Text;

namespace ModularKv.TestKit;

/// <summary>Compares everything that two servers store, over connections of its own so that no client state is disturbed.</summary>
/// <param name="ours">The server under test; not owned.</param>
/// <param name="theirs">redis-server; not owned.</param>
/// <param name="databases">Databases 0 to this, exclusive, are compared.</param>
public sealed class KeyspaceComparison(ServerProcess ours, ServerProcess theirs, int databases) : IDisposable
{
    // Streams only use expiries of minutes and more, so a few seconds are a difference of clocks, not of behaviour.
    private const long TtlToleranceMs = 5000;

    // By now Redis may have turned any small sorted set into a skip list: see ReplyRules.OnlyUnpackedBySort.
    private bool mayBeUnpacked;

    private readonly RespClient left = ours.Connect();
    private readonly RespClient right = theirs.Connect();

    /// <summary>The commands that read the content of a key, by its type; a type not listed is compared by DEBUG DIGEST-VALUE.</summary>
    public Dictionary<string, Func<string, Command>> Readers { get; } = new() { ["string"] = key => Command.Of("GET", key) };

    /// <summary>Compares all keys, their types, encodings, time to live and content.</summary>
    /// <returns>Null when all agree, otherwise what differs first.</returns>
    public string? Compare()
    {
        for (int database = 0; database < databases; database++)
        {
            if (CompareDatabase(database) is string difference) return $"database {database}: {difference}";
        }
        return null;
    }

    /// <summary>Tells of a command that was sent to both.</summary>
    public void Note(Command command) => mayBeUnpacked |= command.Word(0) is "SORT" or "SORT_RO";

    /// <summary>Empties both servers.</summary>
    public void Clear()
    {
        mayBeUnpacked = false;
        foreach (RespClient client in (RespClient[])[left, right]) client.Call("FLUSHALL");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        left.Dispose();
        right.Dispose();
    }

    private string? CompareDatabase(int database)
    {
        Both(Command.Of("SELECT", database));
        (Reply mine, Reply other) = Both(Command.Of("KEYS", "*"));
        List<string> keys = Names(mine);
        if (!keys.SequenceEqual(Names(other)))
        {
            return $"keys differ; only ours: [{Show(keys.Except(Names(other)))}], only redis: [{Show(Names(other).Except(keys))}]";
        }
        foreach (string key in keys)
        {
            if (CompareKey(key) is string difference) return difference;
        }
        (mine, other) = Both(Command.Of("DBSIZE"));
        return mine.Raw.AsSpan().SequenceEqual(other.Raw) ? null : $"DBSIZE ours {mine}, redis {other}";
    }

    private string? CompareKey(string key)
    {
        List<Command> asked = [Command.Of("TYPE", key), Command.Of("OBJECT", "ENCODING", key), Command.Of("PTTL", key)];
        foreach (Command command in asked)
        {
            left.Send(command);
            right.Send(command);
        }
        List<Reply> mine = left.ReadMany(asked.Count);
        List<Reply> other = right.ReadMany(asked.Count);
        for (int i = 0; i < asked.Count; i++)
        {
            bool agree = i == 2 ? SameTtl(mine[i], other[i]) : mine[i].Raw.AsSpan().SequenceEqual(other[i].Raw);
            agree |= i == 1 && mayBeUnpacked && ReplyRules.OnlyUnpackedBySort(asked[i], mine[i], other[i]);
            if (!agree) return $"{asked[i]}: ours {mine[i]}, redis {other[i]}";
        }
        Command read = Readers.TryGetValue(mine[0].Text, out Func<string, Command>? reader)
            ? reader(key) : Command.Of("DEBUG", "DIGEST-VALUE", key);
        (Reply content, Reply expected) = Both(read);
        return content.Raw.AsSpan().SequenceEqual(expected.Raw) ? null : $"{read}: ours {content}, redis {expected}";
    }

    private static bool SameTtl(Reply mine, Reply other)
    {
        if (mine.Kind != ReplyKind.Integer || other.Kind != ReplyKind.Integer) return false;
        if (mine.Integer < 0 || other.Integer < 0) return mine.Integer == other.Integer;
        return Math.Abs(mine.Integer - other.Integer) <= TtlToleranceMs;
    }

    private (Reply Mine, Reply Other) Both(Command command)
    {
        left.Send(command);
        right.Send(command);
        return (left.Read(), right.Read());
    }

    private static List<string> Names(Reply keys) => [.. keys.Items.Select(key => key.Text).Order(StringComparer.Ordinal)];

    private static string Show(IEnumerable<string> keys) =>
        string.Join(", ", keys.Take(5).Select(key => Escape.Bytes(Encoding.Latin1.GetBytes(key))));
}
