using System.Buffers.Binary;
using System.Globalization;
using ModularKv.Abstractions.Memory;
using ModularKv.TestKit;

namespace ModularKv.Rdb.Tests.Reading;

/// <summary>
/// Bytes that are wrong somewhere end in an error or in a value that can be worked with: never in a crash, a hang or memory without bound.
/// </summary>
public sealed class MutationTests
{
    private const string PayloadsVariable = "MODULARKV_RDB_PAYLOADS";
    private const string ImagesVariable = "MODULARKV_RDB_IMAGES";
    private const string SeedVariable = "MODULARKV_RDB_SEED";
    private const int Batch = 100;
    private const long MemoryMax = 400L << 20;

    private static readonly object[][] Uses =
    [
        ["TYPE", "k"], ["DEBUG", "DIGEST-VALUE", "k"], ["DUMP", "k"], ["OBJECT", "ENCODING", "k"], ["GET", "k"], ["APPEND", "k", "x"],
        ["LRANGE", "k", "0", "-1"], ["LPOP", "k"], ["RPUSH", "k", "new"], ["LINSERT", "k", "BEFORE", "a", "b"], ["SMEMBERS", "k"],
        ["SADD", "k", "1", "new"], ["SPOP", "k"], ["SRANDMEMBER", "k", "5"],
        ["ZRANGE", "k", "0", "-1", "WITHSCORES"], ["ZADD", "k", "2", "new"],
        ["ZPOPMIN", "k"], ["ZRANGEBYSCORE", "k", "-inf", "inf"], ["HGETALL", "k"], ["HSET", "k", "new", "1"], ["HINCRBY", "k", "new", "1"],
        ["HDEL", "k", "a"], ["HSET", "k", "long", new string('x', 100)],
        ["HRANDFIELD", "k", "3"], ["XRANGE", "k", "-", "+"], ["XREVRANGE", "k", "+", "-", "COUNT", "3"],
        ["XADD", "k", "*", "a", "b"], ["XINFO", "STREAM", "k", "FULL"], ["XPENDING", "k", "g"], ["XTRIM", "k", "MAXLEN", "2"],
        ["COPY", "k", "copy", "REPLACE"], ["DEL", "k"],
    ];

    [Theory]
    [InlineData("no")]
    [InlineData("yes")]
    public void Mutated_payloads_do_no_harm(string sanitize)
    {
        int wanted = Variables.Integer(PayloadsVariable, 5_000), seed = Variables.Integer(SeedVariable, Environment.TickCount);
        TestContext.Current.SendDiagnosticMessage($"{SeedVariable}={seed}");
        using ServerProcess server = ServerProcess.StartOurs("--sanitize-dump-payload", sanitize);
        using RespClient client = server.Connect(TimeSpan.FromSeconds(60));
        client.Call("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", "1");
        byte[][] payloads = Payloads(client);
        Random random = new(seed);
        int accepted = 0;
        for (int done = 0; done < wanted; done += Batch)
        {
            for (int i = 0; i < Batch; i++)
            {
                byte[] payload = Mutated(payloads[random.Next(payloads.Length)], random, keep: DumpFooter);
                client.Send("RESTORE", "k", "0", payload, "REPLACE");
                foreach (object[] use in Uses) client.Send(use);
            }

            for (int i = 0; i < Batch; i++)
            {
                Reply restored = Read(client, server, seed, done);
                if (restored.Text == "OK") accepted++;
                else Assert.Contains(restored.Text, (string[])["ERR Bad data format", "ERR DUMP payload version or checksum are wrong"]);
                foreach (object[] use in Uses)
                {
                    Reply reply = Read(client, server, seed, done);
                    bool isBug = reply.IsError && reply.Text.Contains("internal error", StringComparison.Ordinal);
                    Assert.False(isBug, $"seed {seed}: {use[0]}: {reply}\n{server.Log}");
                }
            }

            client.Call("FLUSHALL");
        }

        Assert.InRange(accepted, 1, wanted);
        Assert.InRange(long.Parse(client.Info("memory", "used_memory_peak"), CultureInfo.InvariantCulture), 0, MemoryMax);
        Assert.Equal("PONG", client.Call("PING").Text);
    }

    [Fact]
    public void Mutated_images_do_no_harm()
    {
        int wanted = Variables.Integer(ImagesVariable, 300), seed = Variables.Integer(SeedVariable, Environment.TickCount);
        TestContext.Current.SendDiagnosticMessage($"{SeedVariable}={seed}");
        using ServerProcess server = ServerProcess.StartOurs();
        using RespClient client = server.Connect(TimeSpan.FromSeconds(60));
        string file = Path.Combine(server.Directory, "dump.rdb");
        byte[] image = Image(client, file);
        Random random = new(seed);
        int accepted = 0;
        for (int i = 0; i < wanted; i++)
        {
            byte[] bad = Mutated(image, random, keep: sizeof(ulong));
            int body = bad.Length - sizeof(ulong);
            BinaryPrimitives.WriteUInt64LittleEndian(bad.AsSpan(body), Crc64.Append(0, bad.AsSpan(0, body)));
            File.WriteAllBytes(file, bad);
            client.Send("DEBUG", "RELOAD", "NOSAVE");
            client.Send("DEBUG", "DIGEST");
            Reply loaded = Read(client, server, seed, i);
            if (loaded.Text == "OK") accepted++;
            bool isBug = loaded.Text.Contains("internal error", StringComparison.Ordinal);
            Assert.False(isBug, $"seed {seed}, image {i}: {loaded}\n{server.Log}");
            Assert.False(Read(client, server, seed, i).IsError, $"seed {seed}, image {i}: DEBUG DIGEST");
        }

        Assert.InRange(accepted, 1, wanted);
        Assert.InRange(long.Parse(client.Info("memory", "used_memory_peak"), CultureInfo.InvariantCulture), 0, MemoryMax);
    }

    private const int DumpFooter = 10;

    private static Reply Read(RespClient client, ServerProcess server, int seed, int done)
    {
        try
        {
            return client.Read();
        }
        catch (RespException lost)
        {
            Assert.Fail($"seed {seed}, behind {done}: {lost.Message}\n{server.Log}");
            throw;
        }
    }

    private static byte[][] Payloads(RespClient client)
    {
        foreach (object[] command in Samples.Commands())
        {
            if (!((string)command[1]).Contains("huge", StringComparison.Ordinal)) client.Call(command);
        }

        List<byte[]> payloads = [.. Samples.Old().Select(old => ImageBuilder.Payload(old.TypeAndValue))];
        foreach (Reply key in client.Call("KEYS", "*").Items)
        {
            byte[] payload = client.Call("DUMP", key.Bytes).Bytes;
            if (payload.Length < 4096) payloads.Add(payload);
        }

        client.Call("FLUSHALL");
        return [.. payloads];
    }

    private static byte[] Image(RespClient client, string file)
    {
        foreach (object[] command in Samples.Commands())
        {
            string key = (string)command[1];
            if (!key.EndsWith("1000", StringComparison.Ordinal) && !key.EndsWith("huge", StringComparison.Ordinal)) client.Call(command);
        }

        Assert.Equal("OK", client.Call("SAVE").Text);
        byte[] saved = File.ReadAllBytes(file);
        ImageBuilder old = new();
        foreach ((string name, byte[] value) in Samples.Old()) old.Key(value[0], "old " + name).Bytes(value.AsSpan(1));
        return [.. saved.AsSpan(0, saved.Length - 9), .. old.End().AsSpan(9)];
    }

    // A few bytes changed, or something cut out, doubled or put in.
    private static byte[] Mutated(byte[] good, Random random, int keep)
    {
        List<byte> bytes = [.. good.AsSpan(0, good.Length - keep)];
        for (int changes = random.Next(1, 5); changes > 0 && bytes.Count > 1; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(8))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 8), bytes.Count - at)));
                    break;
                case 2:
                    bytes[at] = (byte)(random.Next(2) == 0 ? 0xFF : 0);
                    break;
                case 3:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 4:
                    bytes[random.Next(Math.Min(bytes.Count, 4))] = (byte)random.Next(26);
                    break;
                case 5:
                    bytes[at] = (byte)(bytes[at] + (random.Next(2) == 0 ? 1 : -1));
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }

        bytes.AddRange(good.AsSpan(good.Length - keep));
        return [.. bytes];
    }
}
