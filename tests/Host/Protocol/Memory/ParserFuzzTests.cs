using System.Globalization;
using ModularKv.TestKit;

namespace ModularKv.Host.Tests.Protocol.Memory;

/// <summary>Mutated requests against the plain reference, at the end of readable memory and cut at random places.</summary>
public sealed class ParserFuzzTests
{
    private const long DefaultIterations = 200_000;
    private const int BulkMax = 200_000;
    private const int CapacityBytes = 60_000;

    private static readonly byte[] Special = "\0\r\n*$\"'\\ \t\vx0123456789-+az"u8.ToArray();

    private static readonly byte[][] Seeds =
    [
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n*1\r\n$4\r\nPING\r\n"u8.ToArray(),
        "*2\r\n$3\r\nGET\r\n$12\r\nabcdefghijkl\r\n"u8.ToArray(),
        "PING \"a\\x41b\\n\" 'it\\'s' plain\r\n\r\nSET a b\n"u8.ToArray(),
        "*0\r\n*-1\r\n*1\r\n$0\r\n\r\n*1\r\n$4\r\nECHO\r\n"u8.ToArray(),
        "*2\r\n$70000\r\nxxxx"u8.ToArray(),
        "*4\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n"u8.ToArray(),
    ];

    [Fact]
    public void Mutated_requests_are_read_as_the_reference_reads_them()
    {
        string? wanted = Environment.GetEnvironmentVariable("MODULARKV_FUZZ_ITERATIONS");
        long iterations = wanted is null ? DefaultIterations : long.Parse(wanted, CultureInfo.InvariantCulture);
        int start = Random.Shared.Next();
        using var feed = new ParserFeed(CapacityBytes, BulkMax);
        var input = new byte[4096];
        for (long i = 0; i < iterations; i++)
        {
            var random = new XorShift((ulong)start + (ulong)i);
            int length = Mutate(ref random, input);
            ReadOnlySpan<byte> bytes = input.AsSpan(0, length);
            (List<byte[][]> commands, string? error) = ReferenceParser.Parse(bytes, BulkMax);
            feed.Restart();
            int cuts = random.Below(4);
            for (int at = 0; at < length;)
            {
                int count = cuts-- > 0 ? Math.Min(1 + random.Below(length), length - at) : length - at;
                feed.Feed(bytes.Slice(at, count));
                at += count;
            }

            if (error != feed.Error || !Same(commands, feed.Commands)) Fail(start + i, bytes, commands, error, feed);
        }
    }

    private static void Fail(long seed, ReadOnlySpan<byte> bytes, List<byte[][]> commands, string? error, ParserFeed feed)
        => Assert.Fail(
            $"seed {seed}: {Escape.Bytes(bytes, 400)}\nreference {commands.Count} commands, {error}; "
            + $"parser {feed.Commands.Count}, {feed.Error}");

    private static bool Same(List<byte[][]> a, List<byte[][]> b)
    {
        if (a.Count != b.Count) return false;
        for (int i = 0; i < a.Count; i++)
        {
            if (a[i].Length != b[i].Length) return false;
            for (int j = 0; j < a[i].Length; j++)
            {
                if (!a[i][j].AsSpan().SequenceEqual(b[i][j])) return false;
            }
        }

        return true;
    }

    private static int Mutate(ref XorShift random, byte[] to)
    {
        int length = 0;
        for (int i = random.Below(3); i >= 0; i--)
        {
            byte[] seed = Seeds[random.Below(Seeds.Length)];
            seed.CopyTo(to, length);
            length += seed.Length;
        }

        for (int i = random.Below(5); i > 0 && length > 1; i--)
        {
            int at = random.Below(length);
            switch (random.Below(5))
            {
                case 0:
                    to[at] = (byte)random.Below(256);
                    break;
                case 1:
                    to[at] = Special[random.Below(Special.Length)];
                    break;
                case 2:
                    to.AsSpan(at, length - at).CopyTo(to.AsSpan(at + 1));
                    to[at] = Special[random.Below(Special.Length)];
                    length++;
                    break;
                case 3:
                    int gone = Math.Min(1 + random.Below(8), length - at);
                    to.AsSpan(at + gone, length - at - gone).CopyTo(to.AsSpan(at));
                    length -= gone;
                    break;
                default:
                    int again = Math.Min(1 + random.Below(20), length - at);
                    to.AsSpan(at, length - at).CopyTo(to.AsSpan(at + again));
                    length += again;
                    break;
            }
        }

        return length;
    }

    /// <summary>A small generator: one per iteration, so that a failure's seed is all one needs.</summary>
    private struct XorShift(ulong seed)
    {
        private ulong _state = (seed * 0x9E3779B97F4A7C15) | 1;

        public int Below(int limit)
        {
            _state ^= _state << 13;
            _state ^= _state >> 7;
            _state ^= _state << 17;
            return (int)((_state >> 33) % (ulong)limit);
        }
    }
}
