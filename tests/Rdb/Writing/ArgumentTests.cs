using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Writing;

/// <summary>What saving refuses, beside redis-server: the comparison of random commands leaves BGSAVE out.</summary>
public sealed class ArgumentTests
{
    [Fact]
    public void Wrong_arguments_are_refused_as_by_redis()
    {
        using ServerProcess ours = ServerProcess.StartOurs();
        using ServerProcess redis = ServerProcess.StartRedis();
        using RespClient here = ours.Connect(), there = redis.Connect();
        foreach (object[] call in (object[][])[["BGSAVE", "now"], ["BGSAVE", "schedul"], ["BGSAVE", ""], ["BGSAVE", "schedule", "more"]])
        {
            Assert.Equal(there.Call(call).Text, here.Call(call).Text);
        }
    }

    [Fact]
    public void A_directory_that_is_none_is_refused_as_by_redis()
    {
        string[] unprotected = ["--enable-protected-configs", "yes"];
        using ServerProcess ours = ServerProcess.StartOurs(unprotected);
        using ServerProcess redis = ServerProcess.StartRedis(unprotected);
        using RespClient here = ours.Connect(), there = redis.Connect();
        Assert.Equal(there.Call("CONFIG", "SET", "dir", "/no such place").Text, here.Call("CONFIG", "SET", "dir", "/no such place").Text);
    }
}
