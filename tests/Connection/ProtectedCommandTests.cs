using ModularKv.TestKit;

namespace ModularKv.Connection.Tests;

/// <summary>What enable-debug-command and enable-module-command forbid, also for a connection that nothing else is special about.</summary>
public sealed class ProtectedCommandTests
{
    [Theory]
    [InlineData("DEBUG", "JMAP")]
    [InlineData("DEBUG", "SLEEP", "0")]
    [InlineData("DEBUG", "HELP")]
    [InlineData("MODULE", "LOAD", "/nowhere.so")]
    [InlineData("MODULE", "UNLOAD", "strings")]
    public void A_forbidden_command_is_refused_and_the_others_go_on(params string[] command)
    {
        using ServerProcess server = ServerProcess.StartOurs("--enable-debug-command", "no", "--enable-module-command", "no");
        using RespClient client = server.Connect();
        Assert.Equal("OK", client.Call("SET", "k", "v").Text);
        Assert.StartsWith($"ERR {command[0]} command not allowed.", client.Call([.. command]).Text);
        Assert.Equal("v", client.Call("GET", "k").Text);
    }
}
