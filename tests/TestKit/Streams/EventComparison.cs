namespace ModularKv.TestKit.Streams;

/// <summary>Listens to the key events of both servers, over connections of its own, and compares them in order.</summary>
public sealed class EventComparison : IDisposable
{
    private const int ShownMax = 6;

    private readonly RespClient left;
    private readonly RespClient right;
    private int tokens;

    /// <summary>Turns the events on and subscribes.</summary>
    public EventComparison(ServerProcess ours, ServerProcess theirs, string classes)
    {
        left = Listen(ours, classes);
        right = Listen(theirs, classes);
    }

    /// <summary>Compares what was heard since the last time.</summary>
    /// <returns>Null when it agrees, otherwise where it parts.</returns>
    public string? Compare()
    {
        List<string> mine = Heard(left);
        List<string> other = Heard(right);
        int same = mine.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same == mine.Count && same == other.Count) return null;
        return $"events differ after {string.Join(", ", mine.Take(same).TakeLast(ShownMax))}\n"
            + $"ours:  {string.Join(", ", mine.Skip(same).Take(ShownMax))}\nredis: {string.Join(", ", other.Skip(same).Take(ShownMax))}";
    }

    /// <summary>Drops what was heard.</summary>
    public void Forget()
    {
        Heard(left);
        Heard(right);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        left.Dispose();
        right.Dispose();
    }

    private static RespClient Listen(ServerProcess server, string classes)
    {
        RespClient client = server.Connect();
        client.Call("CONFIG", "SET", "notify-keyspace-events", classes);
        client.Call("PSUBSCRIBE", "__keyspace@*");
        return client;
    }

    private List<string> Heard(RespClient client)
    {
        string token = $"token-{++tokens}";
        client.Send("PING", token);
        List<string> heard = [];
        while (true)
        {
            Reply reply = client.Read();
            if (reply.Items[1].Text == token) return heard;
            heard.Add($"{Escape.Bytes(reply.Items[2].Bytes, 60)} {reply.Items[3].Text}");
        }
    }
}
