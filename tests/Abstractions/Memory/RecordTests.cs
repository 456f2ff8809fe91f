using System.Runtime.InteropServices;
using ModularKv.Abstractions.Memory;
using Record = ModularKv.Abstractions.Memory.Record;

namespace ModularKv.Abstractions.Tests.Memory;

public sealed unsafe class RecordTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_field_keeps_to_itself()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        foreach (int keyLength in new[] { 0, 1, 3, 7, 8, 9, 15, 16, 17, 100, 254, 255, 256, 70_000 })
        {
            for (int variant = 0; variant < 4; variant++) CheckRecord(random, keyLength, (variant & 1) != 0, (variant & 2) != 0);
        }
    }

    [Fact]
    public void KeyEquals_agrees_with_SequenceEqual()
    {
        byte* block = (byte*)NativeMemory.Alloc(2048);
        byte[] key = new byte[300];
        for (int length = 0; length < 300; length++)
        {
            Random.Shared.NextBytes(key);
            fixed (byte* p = key)
            {
                Record* record = Record.Initialize(block, p, length, 0, 0, 0, (length & 1) != 0, false, 0);
                Assert.True(record->KeyEquals(p, length));
                Assert.False(record->KeyEquals(p, length + 1 == 300 ? 0 : length + 1));
                for (int i = 0; i < length; i++)
                {
                    key[i] ^= 1;
                    Assert.False(record->KeyEquals(p, length));
                    key[i] ^= 1;
                }
            }
        }

        NativeMemory.Free(block);
    }

    [Fact]
    public void Hash_depends_on_every_byte_the_length_and_the_secret()
    {
        byte[] key = new byte[80];
        HashSet<ulong> seen = [];
        for (int length = 0; length <= 80; length++)
        {
            Assert.True(seen.Add(KeyHash.Compute(key.AsSpan(0, length))), $"length {length}");
            for (int i = 0; i < length; i++)
            {
                key[i] = 0x80;
                Assert.True(seen.Add(KeyHash.Compute(key.AsSpan(0, length))), $"length {length}, byte {i}");
                key[i] = 0;
            }
        }
    }

    [Fact]
    public void Hash_fills_bucket_bits_and_tag_bits_evenly()
    {
        const int keys = 200_000;
        foreach (int shift in new[] { 0, 10, 18, 57 })
        {
            int[] bins = new int[128];
            for (int i = 0; i < keys; i++) bins[(int)(KeyHash.Compute(MemoryMarshal.AsBytes(new Span<int>(ref i))) >> shift) & 127]++;
            double expected = keys / 128.0;
            double chi = bins.Sum(n => (n - expected) * (n - expected) / expected);
            output.WriteLine($"shift {shift}: chi-square {chi:F0} for 128 bins");
            Assert.True(chi < 127 + (7 * Math.Sqrt(254)));
        }
    }

    private static void CheckRecord(Random random, int keyLength, bool hasExpiry, bool external)
    {
        byte[] key = new byte[keyLength + 1];
        random.NextBytes(key);
        int valueLength = random.Next(1000), type = random.Next(64), encoding = random.Next(16);
        int size = Record.TotalSize(keyLength, valueLength, hasExpiry, external);
        byte* block = (byte*)NativeMemory.Alloc((nuint)size + 8);
        new Span<byte>(block, size + 8).Fill(0xEE);
        Record* record;
        fixed (byte* p = key) record = Record.Initialize(block, p, keyLength, type, encoding, valueLength, hasExpiry, external, 0x123456);
        byte[] outside = new byte[50];
        fixed (byte* p = outside)
        {
            if (external)
            {
                record->ExternalPointer = p;
                record->ExternalLength = 40;
                record->ExternalCapacity = long.MaxValue;
            }

            record->Value.Fill(0x77);
            if (hasExpiry) record->ExpireAtMs = long.MinValue + 5;
            record->IsObserved = true;
            record->SnapshotParity = true;
            record->AccessClock = Record.AccessClockMax;
            record->Encoding = encoding ^ 15;
            Assert.True(record->IsObserved && record->SnapshotParity);
            record->IsObserved = false;
            record->SnapshotParity = false;

            Assert.False(record->IsObserved || record->SnapshotParity);
            Assert.Equal(Record.AccessClockMax, record->AccessClock);
            Assert.Equal(encoding ^ 15, record->Encoding);
            Assert.Equal(type, record->TypeId);
            Assert.Equal(hasExpiry, record->HasExpiry);
            Assert.Equal(external, record->IsExternal);
            Assert.Equal(size, record->Size);
            Assert.True(record->Key.SequenceEqual(key.AsSpan(0, keyLength)));
            Assert.Equal(external ? 40 : valueLength, record->Value.Length);
            Assert.Equal(external ? 0 : valueLength, record->InlineValueLength);
            if (external) Assert.Equal(long.MaxValue, record->ExternalCapacity);
            if (hasExpiry) Assert.Equal(long.MinValue + 5, record->ExpireAtMs);
            Assert.True(new ReadOnlySpan<byte>(block + size, 8).IndexOfAnyExcept((byte)0xEE) < 0, "wrote past the block");
            if (!external)
            {
                record->InlineValueLength = Record.InlineValueLengthMax;
                Assert.Equal(Record.InlineValueLengthMax, record->InlineValueLength);
                Assert.Equal(encoding ^ 15, record->Encoding);
                Assert.Equal(Record.AccessClockMax, record->AccessClock);
            }
        }

        NativeMemory.Free(block);
    }
}
