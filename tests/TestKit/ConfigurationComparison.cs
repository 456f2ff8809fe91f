namespace ModularKv.TestKit;

/// <summary>
/// Compares what a stream's CONFIG SETs left behind on two servers, over connections of its own, and puts it back: a parameter that took
/// effect on one server only would show much later, as an encoding in somebody else's stream.
/// </summary>
public sealed class ConfigurationComparison : IDisposable
{
    // Not to be read by CONFIG GET; what both servers start with.
    private static readonly string[][] Unreadable =
    [
        ["DEBUG", "SET-ACTIVE-EXPIRE", "1"],
        ["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "1073741824"],
    ];

    private readonly RespClient left;
    private readonly RespClient right;
    private readonly Dictionary<string, string> mineBefore;
    private readonly Dictionary<string, string> otherBefore;

    /// <summary>Reads what both have now.</summary>
    /// <param name="ours">The server under test; not owned.</param>
    /// <param name="theirs">redis-server; not owned.</param>
    public ConfigurationComparison(ServerProcess ours, ServerProcess theirs)
    {
        left = ours.Connect();
        right = theirs.Connect();
        mineBefore = Read(left);
        otherBefore = Read(right);
    }

    /// <summary>Compares the parameters that both know and that changed on one of them since the beginning.</summary>
    /// <returns>Null when they agree, otherwise the first that differs.</returns>
    public string? Compare()
    {
        Dictionary<string, string> mine = Read(left);
        Dictionary<string, string> other = Read(right);
        foreach ((string name, string value) in mine)
        {
            if (!other.TryGetValue(name, out string? expected) || value == expected) continue;
            if (value == mineBefore[name] && expected == otherBefore[name]) continue;
            return $"CONFIG GET {name}: ours \"{value}\" (before: \"{mineBefore[name]}\"), "
                + $"redis \"{expected}\" (before: \"{otherBefore[name]}\")";
        }
        return null;
    }

    /// <summary>Puts everything back that changed.</summary>
    public void Restore()
    {
        Restore(left, mineBefore);
        Restore(right, otherBefore);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        left.Dispose();
        right.Dispose();
    }

    private static void Restore(RespClient client, Dictionary<string, string> before)
    {
        foreach ((string name, string value) in Read(client))
        {
            if (value == before[name]) continue;
            Reply reply = client.Call("CONFIG", "SET", name, before[name]);
            if (reply.IsError) throw new RespException($"CONFIG SET {name} \"{before[name]}\": {reply}");
        }
        foreach (string[] command in Unreadable) client.Call([.. command]);
    }

    private static Dictionary<string, string> Read(RespClient client) =>
        client.Call("CONFIG", "GET", "*").Items.Chunk(2).ToDictionary(pair => pair[0].Text, pair => pair[1].Text, StringComparer.Ordinal);
}
