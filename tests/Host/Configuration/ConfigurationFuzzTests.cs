using System.Text;
using ModularKv.Host.Configuration;

namespace ModularKv.Host.Tests.Configuration;

/// <summary>The reader takes any bytes: it answers with values or an error, never with an exception.</summary>
public sealed class ConfigurationFuzzTests
{
    private const string Sample = """
        # A comment
        include /redis.conf
        bind 127.0.0.1 -::1
        port 6379
        tcp-keepalive 300
        pidfile "/run/redis/redis-server.pid"
        proc-title-template "{title} {listen-addr} {server-mode}"
        save 3600 1 300 100
        client-output-buffer-limit replica 256mb 64mb 60
        oom-score-adj-values 0 200 800
        notify-keyspace-events "KEA"
        maxmemory-clients 5%
        rename-command CONFIG ""
        requirepass 'foo\'bar'
        latency-tracking-info-percentiles 50 99 99.9
        user worker +@list +@connection ~jobs:* on >ffa9203c493aa99
        unixsocketperm 700
        shutdown-on-sigterm nosave now
        json.max-depth "\x41\xff\n" 12
        """;

    private static readonly string[] Tokens =
    [
        "\"", "'", "\\x", "\\", "\n", " ", "\0", "-1", "99999999999999999999gb", "%", "include *", "\t", "\v", "é",
    ];

    [Fact]
    public void Any_bytes_are_read_without_an_exception()
    {
        int seed = Environment.TickCount;
        long iterations = long.TryParse(Environment.GetEnvironmentVariable("MODULARKV_FUZZ_ITERATIONS"), out long asked) ? asked : 200_000;
        var random = new Random(seed);
        byte[] sample = Encoding.UTF8.GetBytes(Sample.ReplaceLineEndings("\n"));
        byte[][] lines = [.. Sample.Split('\n').Select(Encoding.UTF8.GetBytes)];
        var fixture = new ConfigurationFixture();
        long accepted = 0;
        for (long i = 0; i < iterations; i++)
        {
            // Mostly single lines, so that the first error does not hide the rest of the text.
            if (i % 1000 == 0) fixture = new ConfigurationFixture();
            byte[] text = Mutate(random, i % 50 == 0 ? sample : lines[random.Next(lines.Length)]);
            fixture.Files.Content[ConfigurationFixture.FilePath] = i % 50 == 0 ? sample : text;
            try
            {
                var reader = new ConfigurationReader(fixture.Files, fixture.Store.Accept);
                if (reader.ReadText(text, "fuzz") is { } error) Assert.NotEmpty(error.ToString());
                else accepted++;
                if (i % 1000 == 999) Assert.NotNull(fixture.Store.CompleteStart());
                if (i % 1000 == 999) Assert.Null(fixture.Control.Rewrite(all: true));
            }
            catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}, iteration {i}, text {Convert.ToHexString(text)}: {failure}");
            }
        }

        Assert.InRange(accepted, 1, iterations - 1);
    }

    private static byte[] Mutate(Random random, byte[] original)
    {
        List<byte> text = [.. original];
        for (int count = random.Next(1, 5); count > 0; count--)
        {
            int at = random.Next(text.Count + 1);
            switch (random.Next(4))
            {
                case 0 when at < text.Count: text[at] = (byte)random.Next(256); break;
                case 1 when at < text.Count: text.RemoveRange(at, Math.Min(random.Next(1, 6), text.Count - at)); break;
                case 2: text.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])); break;
                default: text.InsertRange(at, text.Take(random.Next(text.Count + 1)).Take(40).ToArray()); break;
            }
        }

        return [.. text];
    }
}
