using System.Diagnostics;
using ModularKv.TestKit;

namespace ModularKv.PubSub.Tests;

/// <summary>Who gets what, at random and in great numbers.</summary>
public sealed class DeliveryTests
{
    private const int Subscribers = 12;
    private const int Steps = 1500;

    private static readonly string[] Channels = ["a", "b", "c.d", "c.e"];

    /// <summary>Messages of all sizes, subscriptions that come and go, in both protocols: every client reads exactly its own.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_subscriber_gets_its_messages_in_order(int seed)
    {
        using ServerProcess server = ServerProcess.StartOurs();
        Random random = new(seed);
        using RespClient publisher = server.Connect();
        Listener[] listeners = [.. Enumerable.Range(0, Subscribers).Select(i => new Listener(server.Connect(), i % 3 == 0))];
        for (int step = 0; step < Steps; step++)
        {
            string channel = Channels[random.Next(Channels.Length)];
            if (random.Next(12) == 0)
            {
                listeners[random.Next(Subscribers)].Toggle(channel);
                continue;
            }

            int size = random.Next(10) switch { 0 => random.Next(20_000, 200_000), 1 => 0, _ => random.Next(1, 300) };
            string message = step + new string('m', size);
            int expected = listeners.Sum(listener => listener.Note(channel, message));
            Assert.Equal(expected, publisher.Call("PUBLISH", channel, message).Integer);
            if (random.Next(40) == 0) listeners[random.Next(Subscribers)].Read($"seed {seed}, step {step}");
        }

        foreach (Listener listener in listeners)
        {
            listener.Read($"seed {seed}, at the end");
            listener.Dispose();
        }
    }

    [Fact]
    public void A_million_subscriptions_come_and_go_in_reasonable_time()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect();
        client.Call("HELLO", "3");
        Stopwatch watch = Stopwatch.StartNew();
        const int Chunk = 1000;
        for (int i = 0; i < 200; i++)
        {
            client.Send(Command.Of(["SUBSCRIBE", .. Enumerable.Range(i * Chunk, Chunk).Select(n => $"channel:{n}")]));
            client.ReadMany(Chunk);
        }

        using RespClient other = server.Connect();
        Assert.Equal(200 * Chunk, other.Call("PUBSUB", "CHANNELS").Items.Count);
        Assert.Equal(1, other.Call("PUBLISH", "channel:77777", "x").Integer);
        client.Send("UNSUBSCRIBE");
        client.ReadMany((200 * Chunk) + 1);
        Assert.Empty(other.Call("PUBSUB", "CHANNELS").Items);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), watch.Elapsed.ToString());
    }

    [Fact]
    public void A_slow_subscriber_is_cut_off_and_the_others_are_not()
    {
        using ServerProcess server = ServerProcess.StartOurs("--client-output-buffer-limit", "pubsub 1mb 0 0");
        using RespClient publisher = server.Connect();
        List<RespClient> slow = [];
        for (int i = 0; i < 5; i++)
        {
            slow.Add(server.Connect());
            slow[i].Call("SUBSCRIBE", "ch");
        }

        using RespClient quick = server.Connect();
        quick.Call("SUBSCRIBE", "ch");
        string message = new('m', 100_000);
        long receivers = 6;
        for (int i = 0; i < 400 && receivers > 1; i++)
        {
            receivers = publisher.Call("PUBLISH", "ch", message).Integer;
            Assert.Equal(message.Length, quick.Read().Items[2].Bytes.Length);
        }

        Assert.Equal(1, publisher.Call("PUBLISH", "ch", "last").Integer);
        Assert.Contains("client_output_buffer_limit_disconnections:5", publisher.Call("INFO", "stats").Text, StringComparison.Ordinal);
        Assert.Equal("1", publisher.Call("PUBSUB", "NUMSUB", "ch").Items[1].Text);
        foreach (RespClient client in slow) client.Dispose();
    }

    /// <summary>A subscriber and what it must have been told.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly RespClient client;
        private readonly bool hasPattern;
        private readonly HashSet<string> channels = [];
        private readonly List<string> expected = [];

        public Listener(RespClient client, bool isNew)
        {
            this.client = client;
            hasPattern = isNew;
            if (!isNew) return;
            client.Call("HELLO", "3");
            client.Call("PSUBSCRIBE", "c.?");
        }

        public void Toggle(string channel)
        {
            bool leaves = channels.Remove(channel);
            if (!leaves) channels.Add(channel);
            expected.Add((leaves ? "unsubscribe " : "subscribe ") + channel);
            client.Send(leaves ? "UNSUBSCRIBE" : "SUBSCRIBE", channel);
            Read("after a change"); // before anybody publishes again the server must know
        }

        public int Note(string channel, string message)
        {
            int before = expected.Count;
            if (channels.Contains(channel)) expected.Add($"message {channel} {message}");
            if (hasPattern && channel.StartsWith("c.", StringComparison.Ordinal)) expected.Add($"pmessage {channel} {message}");
            return expected.Count - before;
        }

        public void Read(string context)
        {
            foreach (string wanted in expected)
            {
                Reply reply = client.Read();
                string kind = reply.Items[0].Text;
                string told = kind switch
                {
                    "message" => $"message {reply.Items[1].Text} {reply.Items[2].Text}",
                    "pmessage" => $"pmessage {reply.Items[2].Text} {reply.Items[3].Text}",
                    _ => $"{kind} {reply.Items[1].Text}",
                };
                Assert.True(told == wanted, $"{context}: {Short(told)} instead of {Short(wanted)}");
            }

            expected.Clear();
        }

        public void Dispose() => client.Dispose();

        private static string Short(string text) => text[..Math.Min(60, text.Length)];
    }
}
