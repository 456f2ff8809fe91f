using System.Text;
using Xunit;

namespace ModularKv.TestKit;

/// <summary>One client's conversation with the server under test and the same with redis-server, reply against reply.</summary>
public sealed class SideBySide : IDisposable
{
    // A walk over a keyspace of test size takes far fewer steps; more means that a cursor never comes home.
    private const int ScanStepsMax = 100_000;

    private readonly ServerProcess ours;
    private readonly ServerProcess theirs;
    private readonly int protocol;
    private readonly int historyMax;
    private readonly TimeSpan timeout;
    private readonly Queue<string> history = new();
    private readonly List<Command> queued = [];
    private RespClient left;
    private RespClient right;

    /// <summary>Connects to both.</summary>
    /// <param name="ours">The server under test; not owned.</param>
    /// <param name="theirs">redis-server; not owned.</param>
    /// <param name="protocol">2 or 3.</param>
    /// <param name="historyMax">How many preceding commands a report shows.</param>
    /// <param name="timeout">How long to wait for one reply.</param>
    public SideBySide(ServerProcess ours, ServerProcess theirs, int protocol = 2, int historyMax = 20, TimeSpan? timeout = null)
    {
        this.ours = ours;
        this.theirs = theirs;
        this.protocol = protocol;
        this.historyMax = historyMax;
        this.timeout = timeout ?? RespClient.DefaultTimeout;
        left = Open(ours);
        right = Open(theirs);
    }

    /// <summary>The connection to the server under test.</summary>
    public RespClient Ours => left;

    /// <summary>The connection to redis-server.</summary>
    public RespClient Theirs => right;

    /// <summary>Sends to both and fails the test when the replies do not agree.</summary>
    /// <returns>The server under test's reply.</returns>
    public Reply Same(params object[] arguments)
    {
        if (Compare(Command.Of(arguments), out Reply mine, out _) is string difference) Assert.Fail(difference);
        return mine;
    }

    /// <summary>Sends to both and compares.</summary>
    /// <returns>Null when they agree, otherwise a report with both replies and the commands before.</returns>
    /// <exception cref="RespException">One of them did not reply.</exception>
    public string? Compare(Command command) => Compare(command, out _, out _);

    private string? Compare(Command command, out Reply mine, out Reply other)
    {
        List<Reply> minePushes;
        List<Reply> otherPushes;
        try
        {
            left.Send(command);
            right.Send(command);
            other = ReadReply(right, command, out otherPushes);
            mine = ReadReply(left, command, out minePushes);
        }
        catch (RespException failure)
        {
            throw new RespException($"{failure.Message}\nafter:\n{History()}");
        }
        bool agree = ReplyRules.Agree(command, mine, other)
            || (command.Word(0) == "EXEC" && ReplyRules.AgreeAll(queued, mine, other));
        if (other.Kind == ReplyKind.Simple && other.Text == "QUEUED") queued.Add(command);
        else if (command.Word(0) is "EXEC" or "DISCARD" or "RESET" or "QUIT") queued.Clear();
        string? detail = agree && command.Word(0) == "SCAN" && !mine.IsError ? WalkBoth(command, mine, other) : null;
        if (!InOrder(minePushes).SequenceEqual(InOrder(otherPushes)))
        {
            detail = $"pushes before the reply: \"{string.Concat(InOrder(minePushes))}\" against \"{string.Concat(InOrder(otherPushes))}\"";
        }
        if (agree && command.Word(0) == "QUIT" && !mine.IsError) detail = BothClosed();
        string? report = agree && detail == null ? null : Report(command, mine, other, detail);
        Remember(command);
        return report;
    }

    /// <summary>Sends raw bytes on fresh connections, says that nothing follows, and compares all bytes that come back.</summary>
    /// <returns>Null when they are equal, otherwise a report.</returns>
    public string? CompareRaw(ReadOnlySpan<byte> bytes)
    {
        string mine = Talk(ours, bytes);
        string other = Talk(theirs, bytes);
        return mine == other ? null : $"sent:  {Escape.Bytes(bytes, 400)}\nours:  {mine}\nredis: {other}";
    }

    /// <summary>Fresh connections in the protocol asked for; the history is kept.</summary>
    public void Reconnect()
    {
        queued.Clear();
        left.Dispose();
        right.Dispose();
        left = Open(ours);
        right = Open(theirs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        left.Dispose();
        right.Dispose();
    }

    /// <summary>Reads past pushes, but for a subscription, whose reply is a push.</summary>
    private static Reply ReadReply(RespClient client, Command command, out List<Reply> pushes)
    {
        pushes = [];
        Reply reply = client.Read();
        string confirmation = command.Word(0).EndsWith("SUBSCRIBE", StringComparison.Ordinal) ? command.Word(0).ToLowerInvariant() : "";
        while (reply.Kind == ReplyKind.Push && (confirmation.Length == 0 || reply.Items[0].Text != confirmation))
        {
            pushes.Add(reply);
            reply = client.Read();
        }
        return reply;
    }

    /// <summary>Pushes as text. Several patterns that match one message are served in the order of a hash table: any.</summary>
    private static List<string> InOrder(List<Reply> pushes)
    {
        List<string> lines = [.. pushes.Select(push => Escape.Bytes(push.Raw, 4000))];
        for (int i = 0; i < pushes.Count;)
        {
            int end = i + 1;
            bool byPattern = pushes[i].Items[0].Text == "pmessage";
            while (byPattern && end < pushes.Count && pushes[end].Items[0].Text == "pmessage") end++;
            lines.Sort(i, end - i, StringComparer.Ordinal);
            i = end;
        }
        return lines;
    }

    private RespClient Open(ServerProcess server)
    {
        RespClient client = server.Connect(timeout);
        if (protocol != 3) return client;
        Reply hello = client.Call("HELLO", "3");
        if (hello.IsError) throw new RespException($"{server} refuses HELLO 3: {hello}");
        return client;
    }

    private string Talk(ServerProcess server, ReadOnlySpan<byte> bytes)
    {
        using RespClient client = server.Connect(timeout);
        try
        {
            client.SendRaw(bytes);
            client.FinishSending();
        }
        catch (Exception failure) when (failure is RespException or System.Net.Sockets.SocketException)
        {
            // The server may close as soon as it sees an error; what it said before counts.
        }
        return Escape.Bytes(client.ReadToEnd(), 4000);
    }

    private string? WalkBoth(Command command, Reply mine, Reply other)
    {
        if (command.Word(1) != "0" || mine.Items.Count != 2) return null;
        SortedSet<string> left = Walk(this.left, command, mine);
        SortedSet<string> right = Walk(this.right, command, other);
        if (left.SetEquals(right)) return null;
        return $"the whole walks differ; only ours: [{string.Join(", ", left.Except(right).Take(5))}]"
            + $", only redis: [{string.Join(", ", right.Except(left).Take(5))}]";
    }

    private static SortedSet<string> Walk(RespClient client, Command command, Reply first)
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        Reply step = first;
        for (int i = 0; i < ScanStepsMax; i++)
        {
            foreach (Reply item in step.Items[1].Items) seen.Add(Escape.Bytes(item.Bytes));
            if (step.Items[0].Text == "0") return seen;
            byte[][] arguments = [.. command.Arguments];
            arguments[1] = step.Items[0].Bytes;
            step = client.Call(new Command(arguments));
            if (step.Items.Count != 2) throw new RespException($"{command} went wrong at cursor {Escape.Bytes(arguments[1])}: {step}");
        }
        throw new RespException($"{command} does not come back to cursor 0");
    }

    private string? BothClosed()
    {
        byte[] mine = left.ReadToEnd();
        byte[] other = right.ReadToEnd();
        Reconnect();
        return mine.AsSpan().SequenceEqual(other) ? null : $"bytes after QUIT: \"{Escape.Bytes(mine)}\" against \"{Escape.Bytes(other)}\"";
    }

    private void Remember(Command command)
    {
        history.Enqueue(command.ToString());
        if (history.Count > historyMax) history.Dequeue();
    }

    private string Report(Command command, Reply mine, Reply other, string? detail)
    {
        StringBuilder text = new();
        text.Append("command: ").Append(command).Append('\n');
        text.Append("ours:    ").Append(mine).Append('\n');
        text.Append("redis:   ").Append(other).Append('\n');
        if (detail != null) text.Append("detail:  ").Append(detail).Append('\n');
        if (ReplyRules.For(command) is ReplyRule rule)
            text.Append("rule:    ").Append(rule.Name).Append(": ").Append(rule.Reason).Append('\n');
        return text.Append("before:\n").Append(History()).ToString();
    }

    /// <summary>The last commands, one a line, for a report.</summary>
    public string History() => string.Concat(history.Select(line => $"  {line}\n"));
}
