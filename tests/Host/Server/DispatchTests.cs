using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Configuration;
using ModularKv.Host.Server;
using ModularKv.Host.Tests.Networking;
using ModularKv.Host.Tests.Protocol;

namespace ModularKv.Host.Tests.Server;

/// <summary>Commands of a test's own through the whole kernel, without modules and sockets.</summary>
public sealed class DispatchTests : IDisposable
{
    private readonly RunningServer _server = new(ServerStart.Read(CommandLine.Parse(["--port", "0"])));
    private readonly FakeLink _link = new(1);

    public DispatchTests() => Kernel.Connections.Accepted(_link, _link);

    private Kernel Kernel => _server.Kernel;

    private Command Add(string name, CommandHandler handler)
        => Kernel.Commands.Add(new CommandSpec { Name = name, Arity = -1, Group = "g", Since = "1", Handler = handler }, "test", true);

    private string Call(params byte[][] requests)
    {
        long sent = _link.Sent.Length;
        if (requests.Length > 0)
        {
            _link.Arrive([.. requests.SelectMany(request => request)]);
            _link.Handler.Readable(_link);
        }

        Kernel.Loop.EndOfReading();
        Kernel.Loop.BeforeSleep();
        return Encoding.Latin1.GetString(_link.Sent.ToArray()[(int)sent..]);
    }

    [Fact]
    public void The_last_command_found_is_not_taken_for_a_name_that_differs_in_one_bit()
    {
        string[] names = ["bf.add", "sort_ro", "a-b", "x|y", "get", "getrange"];
        foreach (string name in names) Add(name, (ref CommandContext call) => call.Reply.Ok());
        foreach (string name in names)
        {
            for (int i = 0; i < name.Length; i++)
            {
                Assert.Equal("+OK\r\n", Call(RequestBytes.Of(name)));
                string other = name[..i] + (char)(name[i] ^ 0x20) + name[(i + 1)..];
                Assert.StartsWith(char.IsAsciiLetter(name[i]) ? "+OK" : "-ERR unknown", Call(RequestBytes.Of(other)));
            }

            Assert.Equal("+OK\r\n", Call(RequestBytes.Of(name)));
            Assert.StartsWith("-ERR unknown", Call(RequestBytes.Of(name + "\0")));
            Assert.StartsWith("-ERR unknown", Call(RequestBytes.Of(name[..^1])));
        }

        Assert.StartsWith("-ERR unknown", Call(RequestBytes.Of("")));
    }

    [Fact]
    public void A_command_that_was_taken_out_is_unknown_even_within_the_batch()
    {
        Command gone = Add("gone", (ref CommandContext call) => call.Reply.Ok());
        Add("remove", (ref CommandContext call) =>
        {
            Kernel.Commands.Remove(gone);
            call.Reply.Ok();
        });
        string replies = Call(RequestBytes.Of("gone"), RequestBytes.Of("remove"), RequestBytes.Of("gone"));
        Assert.StartsWith("+OK\r\n+OK\r\n-ERR unknown command 'gone'", replies);
        Assert.StartsWith("-ERR unknown command 'gone'", Call(RequestBytes.Of("gone")));
    }

    [Fact]
    public void An_exception_answers_its_client_and_the_others_live_on()
    {
        Add("broken", (ref CommandContext call) => throw new InvalidOperationException("ouch"));
        Add("fine", (ref CommandContext call) => call.Reply.Ok());
        string replies = Call(RequestBytes.Of("fine"), RequestBytes.Of("broken"), RequestBytes.Of("fine"));
        Assert.Matches("^\\+OK\r\n-ERR [^\r\n]*ouch[^\r\n]*\r\n\\+OK\r\n$", replies);
        Assert.Equal(0, Kernel.Executor.Depth);
    }

    [Fact]
    public void A_blocked_client_goes_on_where_it_was_when_its_key_is_written()
    {
        Add("wait", (ref CommandContext call) =>
        {
            if (call.IsTimedOut) call.Reply.NullArray();
            else if (call.IsRetry) call.Reply.Simple("woken"u8);
            else call.BlockOnKeys([1], 0);
        });
        Add("ping", (ref CommandContext call) => call.Reply.Simple("PONG"u8));
        Add("delete", (ref CommandContext call) => call.Changed(call.Key(1), KeyEventClass.Generic, "del"u8));
        Assert.Equal("", Call(RequestBytes.Of("wait", "k"), RequestBytes.Of("ping")));
        Assert.Equal("", Call(RequestBytes.Of("ping")));
        Client client = Kernel.Connections.All.Single();
        Assert.True(client.IsBlocked);
        Assert.True(client.Unblock());
        Assert.Equal("*-1\r\n+PONG\r\n+PONG\r\n", Call());
        Assert.False(client.IsBlocked);
    }

    public void Dispose() => _server.Dispose();
}
