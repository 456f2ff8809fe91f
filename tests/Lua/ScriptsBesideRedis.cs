using System.Text;
using ModularKv.TestKit;

namespace ModularKv.Lua.Tests;

/// <summary>Some hundred small scripts on both servers: language, libraries, conversions, errors.</summary>
public sealed class ScriptsBesideRedis
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_script_is_answered_as_redis_does(int protocol)
    {
        Peers.RequireRedis();
        using ServerProcess ours = ServerProcess.StartOurs();
        using ServerProcess theirs = ServerProcess.StartRedis();
        using RespClient left = ours.Connect();
        using RespClient right = theirs.Connect();
        left.Call("HELLO", $"{protocol}");
        right.Call("HELLO", $"{protocol}");
        var differences = new StringBuilder();
        foreach (string script in ScriptList.Read("Scripts.txt"))
        {
            Reply mine = left.Call("EVAL", script, "1", "{lua}key", "arg");
            Reply other = right.Call("EVAL", script, "1", "{lua}key", "arg");
            if (!mine.Raw.AsSpan().SequenceEqual(other.Raw)) differences.Append($"{script}\n  ours  {mine}\n  redis {other}\n");
        }

        Assert.True(differences.Length == 0, differences.ToString());
    }
}
