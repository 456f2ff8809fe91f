using System.Runtime.InteropServices;
using ModularKv.Bitmaps.Memory;

namespace ModularKv.Bitmaps.Tests.Memory;

/// <summary>BITOP's operations against the same bit by bit, with targets that are sources.</summary>
public sealed unsafe class BitSourcesTests(ITestOutputHelper output)
{
    private const int Rounds = 300;
    private const int BytesMax = 20_000;
    private const int SourcesMax = 5;

    [Fact]
    public void Every_operation_agrees_with_a_loop_over_bytes()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        BitSources sources = new();
        byte* memory = (byte*)NativeMemory.Alloc((SourcesMax + 1) * BytesMax);
        for (int round = 0; round < Rounds; round++)
        {
            BitOperation operation = (BitOperation)random.Next(1, 9);
            int least = operation is >= BitOperation.Diff and <= BitOperation.AndOr ? 2 : 1;
            int count = operation == BitOperation.Not ? 1 : random.Next(least, SourcesMax + 1);
            byte[][] contents = [.. Enumerable.Range(0, count).Select(_ => RandomBytes(random))];
            int length = contents.Max(content => content.Length);
            byte[] expected = Plain(operation, contents, length);

            // Sometimes the target is a source, or two of them.
            int aliased = random.Next(2) == 0 ? random.Next(count) : -1;
            int again = aliased >= 0 && random.Next(3) == 0 ? random.Next(count) : aliased;
            if (again != aliased)
            {
                contents[again] = contents[aliased];
                length = contents.Max(content => content.Length);
                expected = Plain(operation, contents, length);
            }

            sources.Clear();
            for (int i = 0; i < count; i++)
            {
                byte* place = memory + (i == aliased || i == again ? SourcesMax : i) * BytesMax;
                contents[i].CopyTo(new Span<byte>(place, BytesMax));
                sources.Add(new ReadOnlySpan<byte>(place, contents[i].Length));
            }

            Span<byte> target = new(memory + SourcesMax * BytesMax, length);
            sources.Combine(operation, target);
            Assert.True(target.SequenceEqual(expected), $"{operation} of {count} sources, target is {aliased} and {again}");
        }

        NativeMemory.Free(memory);
    }

    private static byte[] Plain(BitOperation operation, byte[][] sources, int length)
    {
        byte[] result = new byte[length];
        for (int at = 0; at < length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bool[] bits = [.. sources.Select(source => at < source.Length && ((source[at] >> bit) & 1) == 1)];
                bool anyRest = bits[1..].Any(set => set);
                bool set = operation switch
                {
                    BitOperation.And => bits.All(one => one),
                    BitOperation.Or => bits.Any(one => one),
                    BitOperation.Xor => bits.Count(one => one) % 2 == 1,
                    BitOperation.Not => !bits[0],
                    BitOperation.Diff => bits[0] && !anyRest,
                    BitOperation.Diff1 => !bits[0] && anyRest,
                    BitOperation.AndOr => bits[0] && anyRest,
                    _ => bits.Count(one => one) == 1,
                };
                if (set) result[at] |= (byte)(1 << bit);
            }
        }

        return result;
    }

    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[random.Next(4) == 0 ? random.Next(0, BytesMax) : random.Next(0, 200)];
        random.NextBytes(bytes);
        return bytes;
    }
}
