using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Configuration;
using ModularKv.Host.Server;
using ModularKv.Host.Tests.Networking;
using ModularKv.Host.Tests.Protocol;

namespace ModularKv.Host.Tests.Server;

/// <summary>Blocked clients of a whole kernel, without sockets. What is expected is what Redis 7.0.15 does.</summary>
public sealed class BlockingTests : IDisposable
{
    private readonly RunningServer _server = new(ServerStart.Read(CommandLine.Parse(["--port", "0"])));
    private readonly List<FakeLink> _links = [];
    private readonly QueueType _queues = new();
    private readonly StringType _strings = new();
    private readonly Effects _effects = new();

    public BlockingTests()
    {
        Kernel.Keyspace.Types.Register(_queues);
        Kernel.Keyspace.Types.Register(_strings);
        Kernel.Propagation.Subscribe(_effects);
        Add("push", _queues.Push);
        Add("pop", _queues.Pop);
        Add("move", _queues.Move);
        Add("watch", _queues.Watch);
        Add("flush", (ref CommandContext call) =>
        {
            call.Server.Databases.Flush(call.ArgumentCount > 1 ? call.Keys.Index : -1, lazy: false);
            call.Reply.Ok();
        });
        Add("swap", (ref CommandContext call) =>
        {
            call.Server.Databases.Swap(0, 1);
            call.Reply.Ok();
        });
        Add("rename", Rename);
        Add("moveto", Transfer);
        Add("both", PushBoth);
        Add("touch", (ref CommandContext call) => call.Changed(call.Key(1), KeyEventClass.Generic, "touched"u8));
        for (int i = 0; i < 6; i++)
        {
            _links.Add(new FakeLink(i + 1));
            Kernel.Connections.Accepted(_links[i], _links[i]);
        }
    }

    private Kernel Kernel => _server.Kernel;

    public void Dispose() => _server.Dispose();

    [Fact]
    public void A_push_serves_one_client_per_item_in_the_order_in_which_they_blocked()
    {
        Assert.Equal("", Call(3, "pop", "0", "k"));
        Assert.Equal("", Call(1, "pop", "0", "k"));
        Assert.Equal("", Call(2, "pop", "0", "k"));
        Call(0, "push", "k", "a", "b");
        Assert.Equal(("k a", "k b", ""), (Answer(3), Answer(1), Answer(2)));
        Call(0, "push", "k", "c", "d");
        Assert.Equal("k c", Answer(2));
        Assert.Equal("k d", Call(5, "pop", "0", "k"));
        Assert.Equal(0, Kernel.Executor.Blocking.Count);
    }

    [Fact]
    public void What_a_served_client_did_is_propagated_after_what_woke_it()
    {
        Call(1, "pop", "0", "k");
        Call(2, "move", "k", "l");
        Call(0, "push", "k", "a", "b");
        Assert.Equal("push k a b|popped k a|move k l", _effects.Take());
    }

    [Fact]
    public void Across_keys_the_first_key_that_was_written_is_served_first()
    {
        Call(1, "pop", "0", "x", "y");
        Call(2, "pop", "0", "y");
        Call(3, "pop", "0", "x");
        Call(0, "both", "y", "x");
        Assert.Equal(("y y", "", "x x"), (Answer(1), Answer(2), Answer(3)));
    }

    [Fact]
    public void A_client_is_served_from_the_key_that_is_ready_not_from_the_first_it_named()
    {
        Call(1, "pop", "0", "x", "y");
        Call(0, "both", "y", "x");
        Assert.Equal("y y", Answer(1));
        Assert.Equal("x x", Call(2, "pop", "0", "x"));
    }

    [Fact]
    public void A_key_of_another_type_wakes_nobody_and_spoils_nothing()
    {
        Call(1, "pop", "0", "wrong", "right");
        using (PinnedKey key = new("wrong"u8)) Kernel.Databases.Store(0).Put(key.Key, _strings, 1);
        Call(0, "touch", "wrong");
        Assert.Equal("", Answer(1));
        Call(0, "push", "right", "a");
        Assert.Equal("right a", Answer(1));
        Assert.StartsWith("WRONGTYPE", Call(1, "pop", "0", "wrong", "right"));
    }

    [Fact]
    public void Chains_of_moves_go_on_until_all_is_quiet()
    {
        Call(1, "pop", "0", "d");
        Call(2, "move", "c", "d");
        Call(3, "move", "b", "c");
        Call(4, "move", "a", "b");
        Call(0, "push", "a", "item");
        Assert.Equal(("d item", "item", "item", "item"), (Answer(1), Answer(2), Answer(3), Answer(4)));
        Call(1, "move", "r", "r");
        Call(2, "move", "r", "r");
        Call(0, "push", "r", "again");
        Assert.Equal(("again", "again"), (Answer(1), Answer(2)));
    }

    [Fact]
    public void Keys_that_come_by_other_ways_wake_too()
    {
        Call(1, "pop", "0", "renamed");
        Call(0, "push", "k", "a");
        Call(0, "rename", "k", "renamed");
        Assert.Equal("renamed a", Answer(1));

        Kernel.Connections.All.ElementAt(1).Database = 1;
        Call(1, "pop", "0", "k");
        Call(0, "push", "k", "b");
        Call(0, "moveto", "k");
        Assert.Equal("k b", Answer(1));

        Call(1, "pop", "0", "k");
        Call(0, "push", "k", "c");
        Assert.Equal("", Answer(1));
        Call(0, "swap");
        Assert.Equal("k c", Answer(1));
    }

    [Fact]
    public void Deletion_wakes_only_those_who_wait_for_it()
    {
        Call(0, "push", "k", "a");
        Call(1, "watch", "k");
        Call(2, "pop", "0", "other");
        Call(0, "flush", "this");
        Assert.Equal(("gone", ""), (Answer(1), Answer(2)));

        Call(0, "push", "k", "a");
        Call(1, "watch", "k");
        Call(0, "pop", "0", "k");
        Assert.Equal("gone", Answer(1));

        Call(0, "push", "k", "a");
        Call(1, "watch", "k");
        Call(0, "swap");
        Assert.Equal("gone", Answer(1));
        Call(0, "swap");
        Call(1, "watch", "k");
        Call(0, "flush");
        Assert.Equal(("gone", ""), (Answer(1), Answer(2)));
    }

    [Fact]
    public void Unblocking_answers_as_the_time_would_or_with_an_error()
    {
        Call(1, "pop", "0", "k");
        Call(2, "pop", "0", "k");
        Assert.True(Kernel.Connections.All.ElementAt(1).Unblock());
        Assert.True(Kernel.Connections.All.ElementAt(2).Unblock(withError: true));
        Assert.False(Kernel.Connections.All.ElementAt(1).Unblock());
        Turn();
        Assert.Equal(("(nil)", "UNBLOCKED client unblocked via CLIENT UNBLOCK"), (Answer(1), Answer(2)));
        Call(0, "push", "k", "a");
        Assert.Equal("k a", Call(3, "pop", "0", "k"));
    }

    [Fact]
    public void Time_is_kept_to_the_millisecond()
    {
        const int TimeoutMs = 40;
        Call(1, "pop", "1000000", "k");
        long began = Kernel.Clock.UnixMicros() / 1000;
        Kernel.Clock.Update();
        Call(2, "pop", TimeoutMs.ToString(System.Globalization.CultureInfo.InvariantCulture), "k");
        while (Answer(2).Length == 0)
        {
            Assert.InRange(Kernel.Loop.WakeWithinMs, 0, TimeoutMs + 1);
            Thread.Sleep((int)Kernel.Loop.WakeWithinMs);
            Turn();
        }

        // What the machine does elsewhere may come on top.
        Assert.InRange((Kernel.Clock.UnixMicros() / 1000) - began, TimeoutMs - 1, TimeoutMs + 1000);
        Assert.Equal(1, Kernel.Executor.Blocking.Count);
    }

    [Fact]
    public void A_client_that_goes_while_others_are_served_leaves_no_trace()
    {
        for (int i = 1; i < 6; i++) Call(i, "pop", "100000", "k");
        _links[2].PeerClosed = true;
        _links[2].Handler.Readable(_links[2]);
        Turn();
        Call(0, "push", "k", "a", "b", "c", "d");
        Assert.Equal(("k a", "k b", "k c", "k d"), (Answer(1), Answer(3), Answer(4), Answer(5)));
        Assert.Equal(0, Kernel.Executor.Blocking.Count);
    }

    [Fact]
    public void Writes_to_other_keys_allocate_nothing_while_clients_wait()
    {
        Call(1, "pop", "0", "k");
        using PinnedKey key = new("some other key"u8);
        long allocated = long.MaxValue;
        for (int attempt = 0; attempt < 20 && allocated > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++) Kernel.Executor.Blocking.KeyChanged(0, key.Key);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Thread.Sleep(20);
        }

        Assert.Equal(0, allocated);
        Assert.False(Kernel.Executor.Blocking.HasReady);
    }

    private static void Rename(ref CommandContext call)
    {
        call.Keys.Rename(call.Key(1), call.Key(2));
        call.Changed(call.Key(1), KeyEventClass.Generic, "rename_from"u8);
        call.Changed(call.Key(2), KeyEventClass.Generic, "rename_to"u8);
        call.Reply.Ok();
    }

    private static void Transfer(ref CommandContext call)
    {
        Database target = call.Server.Databases[1];
        call.Keys.MoveTo(target, call.Key(1));
        call.Changed(call.Key(1), KeyEventClass.Generic, "move_from"u8);
        call.Changed(target, call.Key(1), KeyEventClass.Generic, "move_to"u8, dirty: 0);
        call.Reply.Ok();
    }

    // As EXEC does: the clients are served when all of it is done.
    private static void PushBoth(ref CommandContext call)
    {
        string[] keys = [Encoding.UTF8.GetString(call.Argument(1)), Encoding.UTF8.GetString(call.Argument(2))];
        foreach (byte[] key in keys.Select(Encoding.UTF8.GetBytes)) call.Server.Call(null, 0, "push"u8.ToArray(), key, key);
        call.Reply.Ok();
    }

    private void Add(string name, CommandHandler handler) => Kernel.Commands.Add(
        new CommandSpec { Name = name, Arity = -1, Group = "g", Since = "1", Handler = handler, Flags = CommandFlags.Write }, "test", true);

    private string Call(int client, params string[] words)
    {
        _links[client].Arrive(RequestBytes.Of(words));
        _links[client].Handler.Readable(_links[client]);
        Turn();
        return Answer(client);
    }

    private void Turn()
    {
        Kernel.Clock.Update();
        Kernel.Loop.EndOfReading();
        Kernel.Loop.BeforeSleep();
    }

    /// <summary>What the client was sent since the last look, without RESP's framing.</summary>
    private string Answer(int client)
    {
        string text = Encoding.Latin1.GetString(_links[client].Sent.ToArray());
        _links[client].Sent.SetLength(0);
        if (text == "*-1\r\n") return "(nil)";
        string[] lines = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', lines.Where(line => line[0] is not ('*' or '$')).Select(line => line.TrimStart('+', '-', ':')));
    }

    /// <summary>The commands of the stream, in words.</summary>
    private sealed class Effects : PropagationSubscriber
    {
        private readonly List<string> _seen = [];

        public override void Append(int database, ReadOnlySpan<byte> encoded, long nowMs)
        {
            string[] lines = Encoding.UTF8.GetString(encoded).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            _seen.Add(string.Join(' ', lines.Where(line => line[0] is not ('*' or '$'))));
        }

        public string Take()
        {
            string all = string.Join('|', _seen);
            _seen.Clear();
            return all;
        }
    }
}
