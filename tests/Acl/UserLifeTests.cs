using ModularKv.TestKit;

namespace ModularKv.Acl.Tests;

/// <summary>Users that change while they are connected, and what ACL LOG and the statistics say.</summary>
public sealed class UserLifeTests
{
    [Fact]
    public void A_user_that_gains_and_loses_rights_is_asked_at_the_right_time()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient admin = server.Connect();
        admin.Call("ACL", "SETUSER", "u", "on", "nopass", "allkeys", "allchannels", "+@all");
        using RespClient user = Login(server, "u");
        Assert.Equal("OK", user.Call("SET", "k", "v").Text);
        admin.Call("ACL", "SETUSER", "u", "resetkeys", "~a*");
        Assert.StartsWith("NOPERM", user.Call("SET", "k", "v").Text);
        Assert.Equal("OK", user.Call("SET", "a", "v").Text);
        admin.Call("ACL", "SETUSER", "u", "allkeys");
        Assert.Equal("OK", user.Call("SET", "k", "v").Text);
        Assert.Equal("OK", user.Call("AUTH", "default", "").Text);
        admin.Call("ACL", "SETUSER", "u", "-@all");
        Assert.Equal("OK", user.Call("SET", "k", "v").Text);
    }

    [Fact]
    public void A_pipeline_of_a_limited_user_is_checked_command_by_command()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient admin = server.Connect();
        admin.Call("ACL", "SETUSER", "u", "on", "nopass", "~a*", "+get", "+set");
        using RespClient user = Login(server, "u");
        for (int i = 0; i < 100; i++) user.Send("SET", i % 3 == 0 ? "b" : "a" + i, i);
        for (int i = 0; i < 100; i++) Assert.Equal(i % 3 == 0, user.Read().IsError);
        Assert.Equal(66, admin.Call("DBSIZE").Integer);
        Assert.Contains("errorstat_NOPERM:count=34", admin.Call("INFO", "errorstats").Text);
        Assert.Contains("acl_access_denied_key:34", admin.Call("INFO", "stats").Text);
        Assert.Contains("rejected_calls=34", admin.Call("INFO", "commandstats").Text);
    }

    [Fact]
    public void A_client_blocked_on_a_key_is_not_served_when_the_key_is_no_longer_its()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient admin = server.Connect();
        admin.Call("ACL", "SETUSER", "u", "on", "nopass", "~*", "+@all");
        using RespClient user = Login(server, "u");
        user.Send("BLPOP", "list", "0");
        while (admin.Call("INFO", "clients").Text.Contains("blocked_clients:0", StringComparison.Ordinal))
        {
        }

        admin.Call("ACL", "SETUSER", "u", "resetkeys", "~a");
        admin.Call("RPUSH", "list", "x");
        Assert.StartsWith("NOPERM", user.Read().Text);
        Assert.Equal(1, admin.Call("LLEN", "list").Integer);
    }

    [Fact]
    public void The_log_tells_reason_and_context_and_counts_what_is_alike()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient admin = server.Connect();
        admin.Call("ACL", "SETUSER", "u", "on", ">pw", "~a", "&c", "+get", "+incr", "+publish", "+multi", "+exec", "+auth");
        using RespClient user = server.Connect();
        Assert.StartsWith("WRONGPASS", user.Call("AUTH", "u", "wrong").Text);
        Assert.Equal("OK", user.Call("auth", "u", "pw").Text);
        user.Call("SET", "a", "1");
        user.Call("SET", "a", "1");
        user.Call("GET", "b");
        user.Call("PUBLISH", "d", "x");
        user.Call("MULTI");
        user.Call("SET", "a", "1");
        Assert.StartsWith("EXECABORT", user.Call("EXEC").Text);
        user.Call("MULTI");
        Assert.Equal("QUEUED", user.Call("INCR", "a").Text);
        admin.Call("ACL", "SETUSER", "u", "-incr");
        Assert.True(user.Call("EXEC").Items[0].IsError);
        string[] expected =
        [
            "1 command multi incr u", "1 command multi set u", "1 channel toplevel d u", "1 key toplevel b u", "2 command toplevel set u",
            "1 auth toplevel AUTH u",
        ];
        Assert.Equal(expected, admin.Call("ACL", "LOG").Items.Select(entry =>
            string.Join(' ', new[] { 1, 3, 5, 7, 9 }.Select(i => entry.Items[i].Text))));
        admin.Call("ACL", "LOG", "RESET");
        Assert.Empty(admin.Call("ACL", "LOG").Items);
    }

    [Fact]
    public void Requirepass_is_the_password_of_default()
    {
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient admin = server.Connect();
        admin.Call("CONFIG", "SET", "requirepass", "one");
        Assert.Equal("PONG", admin.Call("PING").Text);
        using RespClient other = server.Connect();
        Assert.StartsWith("NOAUTH", other.Call("PING").Text);
        Assert.StartsWith("WRONGPASS", other.Call("AUTH", "two").Text);
        Assert.Equal("OK", other.Call("AUTH", "one").Text);
        admin.Call("ACL", "SETUSER", "default", ">two");
        Assert.Equal("OK", other.Call("AUTH", "two").Text);
        admin.Call("CONFIG", "SET", "requirepass", "");
        using RespClient third = server.Connect();
        Assert.Equal("PONG", third.Call("PING").Text);
    }

    private static RespClient Login(ServerProcess server, string user)
    {
        RespClient client = server.Connect();
        Assert.Equal("OK", client.Call("AUTH", user, "any").Text);
        return client;
    }
}
