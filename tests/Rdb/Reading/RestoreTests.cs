using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Reading;

/// <summary>RESTORE: options, their errors and the order of the checks; values that nobody understands.</summary>
public sealed class RestoreTests
{
    private static readonly byte[] Text = ImageBuilder.Payload([0, .. ImageBuilder.Text("text"u8)]);

    // "A module's", id with version 1, one item of each kind.
    private static readonly byte[] Foreign =
    [
        7, 0x81, 0x0C, 0x20, 0x83, 0x10, 0x51, 0x87, 0x20, 0x01, 2, 5, 1, 0x41, 0x00, 4, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 3, 0, 0, 0x80, 0x3F,
        5, 3, (byte)'a', (byte)'b', (byte)'c', 0,
    ];

    [Fact]
    public void Replies_are_those_of_redis()
    {
        using ServerProcess redis = ServerProcess.StartRedis();
        using ServerProcess ours = ServerProcess.StartOurs();
        using SideBySide both = new(ours, redis);
        byte[] wrongSum = [.. Text];
        byte[] future = ImageBuilder.Payload([0, 1, (byte)'a'], version: 99), broken = ImageBuilder.Payload([0, 50, 1]);
        wrongSum[^1] ^= 1;
        string past = "1000", later = "9000000000000";
        object[][] calls =
        [
            ["RESTORE", "k"], ["RESTORE", "k", "0"], ["RESTORE", "k", "0", Text], ["GET", "k"], ["PTTL", "k"], ["RESTORE", "k", "0", Text],
            ["RESTORE", "k", "x", "garbage"], ["RESTORE", "k", "x", "garbage", "nonsense"], ["RESTORE", "k", "x", Text, "REPLACE"],
            ["RESTORE", "k", "-1", Text, "REPLACE"], ["RESTORE", "k", "0", wrongSum, "REPLACE"], ["RESTORE", "k", "0", future, "REPLACE"],
            ["RESTORE", "k", "0", broken, "REPLACE"], ["GET", "k"], ["RESTORE", "k", "0", "short", "REPLACE"],
            ["RESTORE", "k", "0", "", "REPLACE"],
            ["RESTORE", "k", "0", Text, "IDLETIME"], ["RESTORE", "k", "0", Text, "IDLETIME", "-1"],
            ["RESTORE", "k", "0", Text, "IDLETIME", "x"],
            ["RESTORE", "k", "0", Text, "FREQ", "256"], ["RESTORE", "k", "0", Text, "FREQ", "-1"], ["RESTORE", "k", "0", Text, "FREQ", "x"],
            ["RESTORE", "k", "0", Text, "IDLETIME", "1", "FREQ", "1"], ["RESTORE", "k", "0", Text, "FREQ", "1", "IDLETIME", "1"],
            ["RESTORE", "k", "0", Text, "replace", "absttl", "idletime", "100"], ["OBJECT", "IDLETIME", "k"],
            ["RESTORE", "k", past, Text, "ABSTTL", "REPLACE"], ["EXISTS", "k"], ["RESTORE", "k", past, Text, "ABSTTL"], ["EXISTS", "k"],
            ["RESTORE", "k", later, Text, "ABSTTL"], ["PEXPIRETIME", "k"], ["RESTORE-ASKING", "k", "0", Text, "REPLACE"], ["PTTL", "k"],
            ["RPUSH", "k2", "a", "b"], ["RESTORE", "k2", "0", broken, "REPLACE"], ["LRANGE", "k2", "0", "-1"],
            ["RESTORE", "k2", "0", Text, "REPLACE"],
            ["GET", "k2"], ["DBSIZE"],
        ];
        foreach (object[] call in calls) both.Same(call);
    }

    [Fact]
    public void A_value_of_a_module_that_is_not_loaded_stays_as_it_is()
    {
        byte[] payload = ImageBuilder.Payload(Foreign, version: 10);
        using ServerProcess ours = ServerProcess.StartOurs();
        using RespClient client = ours.Connect();
        Assert.Equal("OK", client.Call("RESTORE", "k", "0", payload).Text);
        string type = client.Call("TYPE", "k").Text;
        Assert.Equal(Rdb.Opaque.ModuleId.NameLength, type.Length);
        Assert.Equal(1, client.Call("COPY", "k", "copy").Integer);
        Assert.InRange(client.Call("MEMORY", "USAGE", "k").Integer, Foreign.Length, 1000);
        Assert.Equal("OK", client.Call("DEBUG", "RELOAD").Text);
        Assert.Equal(payload, client.Call("DUMP", "copy").Bytes);
        Assert.Equal(payload, client.Call("DUMP", "k").Bytes);
        Assert.Equal(type, client.Call("TYPE", "copy").Text);
        Assert.True(client.Call("GET", "k").IsError);
        Assert.Equal(2, client.Call("DEL", "k", "copy").Integer);
    }

    [Fact]
    public void Records_beside_the_keys_come_back()
    {
        byte[] record = [247, .. Foreign.AsSpan(1, 9), 2, 2, .. Foreign.AsSpan(10)];
        byte[] before = [.. record];
        before[11] = 1;
        byte[] library = [245, .. ImageBuilder.Text("#!lua name=lib\nreturn"u8)];
        using ServerProcess ours = ServerProcess.StartOurs("--modules", "all -scripting");
        using RespClient client = ours.Connect();
        string file = Path.Combine(ours.Directory, "dump.rdb");
        File.WriteAllBytes(file, new ImageBuilder().Bytes(before).Bytes(library).Key(0, "k").String("v"u8).Bytes(record).End());
        RedisFilesTests.Reload(client, ours);
        Assert.Equal("OK", client.Call("SAVE").Text);
        byte[] saved = File.ReadAllBytes(file);
        int key = saved.AsSpan().IndexOf((ReadOnlySpan<byte>)[0, 1, (byte)'k', 1, (byte)'v']);
        Assert.InRange(saved.AsSpan().IndexOf(before), 0, key);
        Assert.InRange(saved.AsSpan().IndexOf(library), 0, key);
        Assert.InRange(saved.AsSpan().IndexOf(record), key, saved.Length);
    }

    [Theory]
    [InlineData("sets", 2)]
    [InlineData("streams", 15)]
    public void A_value_of_a_type_that_is_not_loaded_stays_as_it_is(string module, byte type)
    {
        byte[] value = type == 2 ? [2, 1, .. ImageBuilder.Text("a"u8)] : [15, 0, 0, 1, 1, 0];
        byte[] payload = ImageBuilder.Payload(value, version: 10);
        using ServerProcess ours = ServerProcess.StartOurs("--modules", $"all -{module}");
        using RespClient client = ours.Connect();
        Assert.Equal("OK", client.Call("RESTORE", "k", "0", payload).Text);
        Assert.Equal("OK", client.Call("DEBUG", "RELOAD").Text);
        Assert.Equal(payload, client.Call("DUMP", "k").Bytes);
        Assert.Equal(module.TrimEnd('s'), client.Call("TYPE", "k").Text);
    }
}
