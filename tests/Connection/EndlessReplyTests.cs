using ModularKv.TestKit;

namespace ModularKv.Connection.Tests;

/// <summary>Replies so long that only the output-buffer limit ends them must end there, in the middle of the command.</summary>
public sealed class EndlessReplyTests
{
    [Theory]
    [InlineData("HSET", "HRANDFIELD", "f", "v")]
    [InlineData("SADD", "SRANDMEMBER", "a", "b")]
    [InlineData("ZADD", "ZRANDMEMBER", "1", "a")]
    public void The_command_ends_with_its_client(string fill, string draw, string first, string second)
    {
        using ServerProcess server = ServerProcess.StartOurs("--client-output-buffer-limit", "normal 1000000 0 0");
        using RespClient other = server.Connect();
        foreach (int small in (int[])[128, 0])
        {
            other.Call("CONFIG", "SET", "hash-max-listpack-entries", small, "zset-max-listpack-entries", small);
            other.Call("DEL", "k");
            other.Call(fill, "k", first, second);
            using RespClient greedy = server.Connect();
            Assert.Throws<RespException>(() =>
            {
                Reply reply = greedy.Call(draw, "k", "-1000000000000");
                Assert.Fail($"there was a reply of {reply.Items.Count} items");
            });
            Assert.Equal("PONG", other.Call("PING").Text);
        }
    }
}
