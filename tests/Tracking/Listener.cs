using ModularKv.TestKit;

namespace ModularKv.Tracking.Tests;

/// <summary>A RESP3 connection and what it has been told.</summary>
internal sealed class Listener : IDisposable
{
    /// <summary>Stands for "everything" among the keys.</summary>
    public const string Everything = "(everything)";

    private readonly Queue<Reply> pushes = new();
    private int tokens;

    public Listener(ServerProcess server)
    {
        Client = server.Connect();
        Client.Call("HELLO", "3");
        Id = Client.Call("CLIENT", "ID").Text;
    }

    public RespClient Client { get; }

    public string Id { get; }

    /// <summary>Sends a command and reads its reply, pushes before it kept for later.</summary>
    public Reply Call(params object[] arguments)
    {
        Client.Send(arguments);
        while (true)
        {
            Reply reply = Client.Read();
            if (reply.Kind != ReplyKind.Push) return reply;
            pushes.Enqueue(reply);
        }
    }

    /// <summary>The keys of all invalidations until now, in the order of their bytes; twice round, as a broadcast comes after the
    /// replies of its iteration.</summary>
    public string Told()
    {
        for (int i = 0; i < 2; i++)
        {
            string token = $"token-{++tokens}";
            while (Call("PING", token).Text != token)
            {
            }
        }

        List<string> keys = [];
        while (pushes.TryDequeue(out Reply? push))
        {
            Assert.Equal("invalidate", push.Items[0].Text);
            if (push.Items[1].IsNull) keys.Add(Everything); else keys.AddRange(push.Items[1].Items.Select(key => key.Text));
        }

        keys.Sort(StringComparer.Ordinal);
        return string.Join(' ', keys);
    }

    public void Dispose() => Client.Dispose();
}
