using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Configuration;
using ModularKv.Host.Server;
using ModularKv.Host.Tests.Networking;
using ModularKv.Host.Tests.Protocol;

namespace ModularKv.Host.Tests.Server;

/// <summary>Queued commands through the whole kernel: how they run, what is propagated, who is asked.</summary>
public sealed class QueueRunTests : IDisposable
{
    private readonly RunningServer _server = new(ServerStart.Read(CommandLine.Parse(["--port", "0"])));
    private readonly FakeLink _link = new(1);
    private readonly CommandQueue _queue;
    private readonly Recorder _all = new(isLog: false);
    private readonly Recorder _log = new(isLog: true);

    public QueueRunTests()
    {
        Kernel.Connections.Accepted(_link, _link);
        _queue = new CommandQueue(new MemoryOwner("test", Kernel.Keyspace.Blocks));
        Kernel.Propagation.Subscribe(_all);
        Kernel.Propagation.Subscribe(_log);
        Add("run", CommandFlags.None, (ref CommandContext call) => call.RunQueue(_queue));
        Add("write", CommandFlags.Write, (ref CommandContext call) =>
        {
            call.Changed(call.Key(1), KeyEventClass.Generic, "write"u8);
            call.Reply.Ok();
        });
        Add("read", CommandFlags.ReadOnly, (ref CommandContext call) => call.Reply.Integer(call.MayNotBlock && call.IsFromQueue ? 1 : 0));
        Add("fail", CommandFlags.None, (ref CommandContext call) => call.Reply.Error("ERR failed"u8));
        Add("tell", CommandFlags.MayReplicate, (ref CommandContext call) =>
        {
            call.PropagateToReplicas();
            call.Reply.Ok();
        });
    }

    private Kernel Kernel => _server.Kernel;

    private Command Add(string name, CommandFlags flags, CommandHandler handler)
        => Kernel.Commands.Add(
            new CommandSpec { Name = name, Arity = -1, Flags = flags, Group = "g", Since = "1", Handler = handler }, "test", true);

    private string Call(params byte[][] requests)
    {
        long sent = _link.Sent.Length;
        _link.Arrive([.. requests.SelectMany(request => request)]);
        _link.Handler.Readable(_link);
        Kernel.Loop.EndOfReading();
        Kernel.Loop.BeforeSleep();
        return Encoding.Latin1.GetString(_link.Sent.ToArray()[(int)sent..]);
    }

    /// <summary>Queues by an interceptor while the client is inside MULTI, then runs the queue.</summary>
    private string Run(params string[][] commands)
    {
        _queue.Clear();
        Client client = Kernel.Connections.All.Single();
        using (Kernel.Executor.Add(new Queueing(_queue)))
        {
            client.Flags |= ClientFlags.Multi;
            if (commands.Length > 0) Assert.Equal("", Call([.. commands.Select(command => RequestBytes.Of(command))]));
            client.Flags &= ~ClientFlags.Multi;
            return Call(RequestBytes.Of("run"));
        }
    }

    [Fact]
    public void Replies_stand_in_an_array_and_a_failure_stops_nothing()
    {
        Assert.Equal("*4\r\n:1\r\n-ERR failed\r\n+OK\r\n:1\r\n", Run(["read"], ["fail"], ["write", "k"], ["read"]));
        Assert.Equal("*0\r\n", Run());
        Command failing = Kernel.Commands.Find("fail"u8)!;
        Assert.Equal((1, 1), (failing.Calls, failing.Failed));
        Assert.Equal(0, Kernel.Commands.Find("run"u8)!.Failed);
        Assert.Equal(2, Kernel.Commands.Find("read"u8)!.Calls);
    }

    [Fact]
    public void Several_effects_stand_between_multi_and_exec_and_one_by_itself()
    {
        Run(["read"], ["write", "a"], ["read"]);
        Assert.Equal(["write a"], _all.Take());
        Run(["write", "a"], ["read"], ["write", "b"]);
        Assert.Equal(["MULTI", "write a", "write b", "EXEC"], _all.Take());
        Run(["read"]);
        Call(RequestBytes.Of("write", "c"));
        Assert.Equal(["write c"], _all.Take());
    }

    [Fact]
    public void Messages_are_for_replicas_only()
    {
        Run(["tell", "a"]);
        Assert.Equal(["tell a"], _all.Take());
        Assert.Empty(_log.Take());
        Run(["tell", "a"], ["write", "b"]);
        Assert.Equal(["MULTI", "tell a", "write b", "EXEC"], _all.Take());
        Assert.Equal(["MULTI", "write b", "EXEC"], _log.Take());
    }

    [Fact]
    public void Interceptors_are_asked_again_but_for_those_of_gated_clients()
    {
        var every = new Counting(onlyGated: false);
        var gated = new Counting(onlyGated: true);
        using IDisposable one = Kernel.Executor.Add(every), other = Kernel.Executor.Add(gated);
        Run(["read"], ["write", "k"]);
        Assert.Equal(2 + 1 + 2, every.Asked); // queued, the run, run
        Assert.Equal(2, gated.Asked);
        Call(RequestBytes.Of("read"));
        Assert.Equal(2, gated.Asked);
    }

    [Fact]
    public void Interceptors_of_gated_clients_leave_the_short_way_to_others()
    {
        using IDisposable gated = Kernel.Executor.Add(new Counting(onlyGated: true));
        Assert.False(Kernel.Executor.HasInterceptors);
    }

    public void Dispose()
    {
        _queue.Dispose();
        _server.Dispose();
    }

    private sealed class Queueing(CommandQueue queue) : CommandInterceptor
    {
        public override int Order => 300;

        public override bool OnlyGated => true;

        public override Verdict Before(ref CommandContext call)
        {
            queue.Add(call);
            return Verdict.Answered;
        }
    }

    private sealed class Counting(bool onlyGated) : CommandInterceptor
    {
        public int Asked { get; private set; }

        public override int Order => 100;

        public override bool OnlyGated => onlyGated;

        public override Verdict Before(ref CommandContext call)
        {
            Asked++;
            return Verdict.Continue;
        }
    }

    private sealed class Recorder(bool isLog) : PropagationSubscriber
    {
        private readonly List<string> _commands = [];

        public override bool IsLog => isLog;

        public override void Append(int database, ReadOnlySpan<byte> encoded, long nowMs)
            => _commands.Add(string.Join(' ', Encoding.Latin1.GetString(encoded).Split("\r\n").Skip(1).Where((_, i) => i % 2 == 1)));

        public string[] Take()
        {
            string[] taken = [.. _commands];
            _commands.Clear();
            return taken;
        }
    }
}
