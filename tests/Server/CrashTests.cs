using System.Diagnostics;
using ModularKv.TestKit;

namespace ModularKv.Server.Tests;

/// <summary>What the log says when the process ends by something that is no order.</summary>
public sealed class CrashTests
{
    private const int Aborted = 128 + 6;

    [Theory]
    [InlineData("SEGFAULT", "Redis 7.4.0 crashed by signal: 11", 128 + 11)]
    [InlineData("ASSERT", "=== ASSERTION FAILED ===", Aborted)]
    [InlineData("PANIC", "Guru Meditation: called by user request", Aborted)]
    public void Debug_ends_with_a_report(string subcommand, string heading, int code)
    {
        using ServerProcess server = ServerProcess.StartOurs("--logfile", "log");
        using RespClient client = server.Connect();
        client.Call("CLIENT", "SETNAME", "witness");
        client.Send("DEBUG", subcommand);
        string log = LogOf(server, out int ended);
        Assert.Equal(code, ended);
        Assert.Contains(heading, log, StringComparison.Ordinal);
        Assert.Contains("------ STACK TRACE ------", log, StringComparison.Ordinal);
        Assert.Contains("redis_version:", log, StringComparison.Ordinal);
        Assert.Contains("name=witness", log, StringComparison.Ordinal);
        Assert.Contains("command: debug", log, StringComparison.Ordinal);
        Assert.Contains("=== REDIS BUG REPORT END.", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("no")]
    public void An_abort_from_outside_is_reported_where_that_is_wanted(string wanted)
    {
        using ServerProcess server = ServerProcess.StartOurs("--logfile", "log", "--crash-log-enabled", wanted);
        using (Process kill = Process.Start("kill", ["-ABRT", server.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        string log = LogOf(server, out int ended);
        Assert.Equal(Aborted, ended);
        Assert.Equal(wanted == "yes", log.Contains("crashed by signal: 6", StringComparison.Ordinal));
        Assert.Equal(wanted == "yes", log.Contains("redis_version:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_loop_that_hangs_is_reported_without_its_state()
    {
        using ServerProcess server = ServerProcess.StartOurs("--logfile", "log");
        using RespClient client = server.Connect();
        client.Send("DEBUG", "SLEEP", "1000");
        using (Process kill = Process.Start("kill", ["-ABRT", server.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        string log = LogOf(server, out int ended);
        Assert.Equal(Aborted, ended);
        Assert.Contains("crashed by signal: 6", log, StringComparison.Ordinal);
        Assert.Contains("the loop does not answer", log, StringComparison.Ordinal);
    }

    [Fact]
    public void Use_exit_on_panic_ends_by_a_code()
    {
        using ServerProcess server = ServerProcess.StartOurs("--logfile", "log", "--use-exit-on-panic", "yes");
        using RespClient client = server.Connect();
        client.Send("DEBUG", "PANIC");
        _ = LogOf(server, out int ended);
        Assert.Equal(1, ended);
    }

    private static string LogOf(ServerProcess server, out int code)
    {
        code = server.WaitForExit();
        return File.ReadAllText(Path.Combine(server.Directory, "log"));
    }
}
