using System.Net.Sockets;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Host.Diagnostics;

namespace ModularKv.Host.Tests.Diagnostics;

/// <summary>Lines for the system's log daemon, received by a socket in its place.</summary>
public sealed class SystemLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("modularkv-").FullName;

    private string Address => Path.Combine(_folder, "log");

    [Theory]
    [InlineData("user", LogLevel.Debug, 15)]
    [InlineData("local0", LogLevel.Verbose, 134)]
    [InlineData("local0", LogLevel.Notice, 133)]
    [InlineData("local7", LogLevel.Warning, 188)]
    public void A_line_carries_facility_severity_name_and_process(string facility, LogLevel level, int priority)
    {
        using Socket daemon = Listen();
        using SystemLog log = new(Address, "kv", facility);
        Assert.Null(log.Write(level, "it happened"));
        string line = Receive(daemon);
        Assert.StartsWith($"<{priority}>", line);
        Assert.EndsWith($" kv[{Environment.ProcessId}]: it happened", line);
    }

    [Fact]
    public void The_server_log_says_once_that_nobody_takes_lines_and_goes_on()
    {
        string file = Path.Combine(_folder, "server.log");
        using ServerLog log = new() { Path = file, System = new SystemLog(Address, "kv", "local0") };
        log.Write(LogLevel.Notice, "one");
        log.Write(LogLevel.Notice, "two");
        using (Socket daemon = Listen())
        {
            log.Write(LogLevel.Notice, "three");
            Assert.EndsWith("three", Receive(daemon));
        }

        string[] lines = File.ReadAllLines(file);
        Assert.Equal(4, lines.Length);
        Assert.EndsWith("* one", lines[0]);
        Assert.Contains($"# The system log at {Address} takes no lines", lines[1]);
        Assert.EndsWith("* two", lines[2]);
        Assert.EndsWith("* three", lines[3]);
    }

    private Socket Listen()
    {
        Socket daemon = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        daemon.Bind(new UnixDomainSocketEndPoint(Address));
        return daemon;
    }

    private static string Receive(Socket daemon)
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, daemon.Receive(buffer));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, true);
}
