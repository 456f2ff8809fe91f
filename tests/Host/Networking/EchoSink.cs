using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Networking;

namespace ModularKv.Host.Tests.Networking;

/// <summary>Stands for execution: replies with the arguments, and blocks a client or holds it back where the command says so.</summary>
internal sealed class EchoSink(
    Action<Client, ReplyWriter, int, int> reply, Func<int, string> nameOf, Action<Client, int, int> postpone) : RequestSink
{
    private readonly List<(Client Client, int First, int Count)> _batch = [];

    public override int Pending => _batch.Count;

    /// <summary>Commands executed.</summary>
    public int Executed { get; private set; }

    public List<Client> Closed { get; } = [];

    public List<Client> Open { get; } = [];

    public override void Add(Client client, int first, int count) => _batch.Add((client, first, count));

    public override Client? Running => null;

    public override void Execute()
    {
        foreach ((Client client, int first, int count) in _batch)
        {
            if (client.IsClosed || (client.Flags & ClientFlags.CloseAfterReply) != 0) continue;
            if (client.IsBlocked || client.IsPostponed)
            {
                postpone(client, first, count);
                continue;
            }

            Executed++;
            string name = nameOf(first);
            if (name == "BLOCK") client.IsBlocked = true;
            reply(client, client.Output, first, count);
            client.FlushLater();
            if (name == "QUIT") client.Close(afterReplies: true);
            if (name == "KILL") client.Close();
        }

        _batch.Clear();
    }

    public override void Connected(Client client) => Open.Add(client);

    public override void Closing(Client client) => Closed.Add(client);

    /// <summary>The reply that the sink gives to a command.</summary>
    public static byte[] ReplyTo(byte[][] arguments)
    {
        var to = new MemoryStream();
        to.Write(Encoding.ASCII.GetBytes($"*{arguments.Length}\r\n"));
        foreach (byte[] argument in arguments)
        {
            to.Write(Encoding.ASCII.GetBytes($"${argument.Length}\r\n"));
            to.Write(argument);
            to.Write("\r\n"u8);
        }

        return to.ToArray();
    }
}
