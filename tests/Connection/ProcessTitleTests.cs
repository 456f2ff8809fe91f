using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Connection.Tests;

/// <summary>set-proc-title and proc-title-template.</summary>
public sealed class ProcessTitleTests
{
    [Fact]
    public void The_title_follows_its_template()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "process titles are shown on Linux only");
        using ServerProcess server = ServerProcess.StartOurs("--proc-title-template", "KV {port} {listen-addr}");
        using RespClient client = server.Connect();
        Assert.Equal($"KV {server.Port} 127.0.0.1:{server.Port}", TitleOf(server));
        client.Call("CONFIG", "SET", "proc-title-template", "{tls-port} {title}");
        Assert.StartsWith("0 /", TitleOf(server));
        Assert.Contains("invalid", client.Call("CONFIG", "SET", "proc-title-template", "{nothing}").Text);
        client.Call("CONFIG", "SET", "proc-title-template", new string('x', 100_000));
        Assert.Matches("^x{100,}$", TitleOf(server));
        Assert.Equal("PONG", client.Call("PING").Text);
    }

    [Fact]
    public void Without_it_the_arguments_stay()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "process titles are shown on Linux only");
        using ServerProcess server = ServerProcess.StartOurs("--set-proc-title", "no");
        Assert.Contains("--set-proc-title", TitleOf(server));
    }

    private static string TitleOf(ServerProcess server)
        => Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{server.Pid}/cmdline")).TrimEnd('\0');
}
