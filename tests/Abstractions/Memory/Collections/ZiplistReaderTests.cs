using System.Buffers.Binary;
using System.Text;
using ModularKv.Abstractions.Collections;

namespace ModularKv.Abstractions.Tests.Memory.Collections;

public sealed class ZiplistReaderTests
{
    [Fact]
    public void Reads_every_kind_of_entry()
    {
        byte[] ziplist = Ziplist(
            [3, (byte)'a', (byte)'b', (byte)'c'], [0xFD], [0xFE, 13], [0xFE, 0xFF], [0xC0, 0x2C, 0x01], [0xF0, 0x70, 0x11, 0x01],
            [0xE0, .. Little(5000000000, 8)], [0xF0, 0, 0, 0x80], [0xF1], [0xD0, .. Little(int.MinValue, 4)]);
        Assert.Equal(
            ["abc", "12", "13", "-1", "300", "70000", "5000000000", "-8388608", "0", "-2147483648"], Read(ziplist));
    }

    [Fact]
    public void Reads_long_strings_and_long_lengths_of_the_entry_before()
    {
        byte[] middle = Encoding.ASCII.GetBytes(new string('m', 300));
        byte[] large = Encoding.ASCII.GetBytes(new string('l', 20000));
        byte[] big = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(big, large.Length);
        byte[] ziplist = Ziplist([0x40 | (300 >> 8), 300 & 0xFF, .. middle], [0x80, .. big, .. large], [0]);
        Assert.Equal([new string('m', 300), new string('l', 20000), ""], Read(ziplist));
    }

    [Fact]
    public void An_empty_one_has_no_entries() => Assert.Empty(Read(Ziplist()));

    [Fact]
    public void Whatever_byte_is_wrong_it_reads_or_refuses_and_reads_nothing_beyond_its_end()
    {
        byte[] good = Ziplist([3, 1, 2, 3], [0xFE, 7], [0x40, 70, .. new byte[70]], [0xE0, .. Little(-1, 8)]);
        for (int i = 0; i < good.Length; i++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] bad = [.. good];
                bad[i] = (byte)value;
                ReadOrRefuse(bad);
            }
        }

        for (int length = 0; length < good.Length; length++) Assert.Throws<ValueFormatException>(() => Read(good[..length]));
    }

    [Fact]
    public void A_wrong_count_or_last_offset_is_refused()
    {
        byte[] count = Ziplist([0xF1], [0xF2]);
        count[8]++;
        Assert.Throws<ValueFormatException>(() => Read(count));
        byte[] last = Ziplist([0xF1], [0xF2]);
        last[4]--;
        Assert.Throws<ValueFormatException>(() => Read(last));
        byte[] unknown = Ziplist([0xF1], [0xF2]);
        unknown[8] = unknown[9] = 0xFF;
        Assert.Equal(["0", "1"], Read(unknown));
    }

    private static void ReadOrRefuse(byte[] bytes)
    {
        try
        {
            Read(bytes);
        }
        catch (ValueFormatException)
        {
            // Refused: fine.
        }
    }

    private static List<string> Read(byte[] bytes)
    {
        List<string> elements = [];
        ZiplistReader reader = new(bytes);
        while (reader.TryNext(out ListpackElement element)) elements.Add(Encoding.Latin1.GetString(element.ToArray()));
        return elements;
    }

    private static byte[] Ziplist(params byte[][] entries)
    {
        List<byte> bytes = [.. new byte[10]];
        int last = bytes.Count, previous = 0;
        foreach (byte[] entry in entries)
        {
            last = bytes.Count;
            if (previous < 254) bytes.Add((byte)previous);
            else bytes.AddRange([0xFE, .. Little(previous, 4)]);
            bytes.AddRange(entry);
            previous = bytes.Count - last;
        }

        bytes.Add(0xFF);
        byte[] all = [.. bytes];
        BinaryPrimitives.WriteInt32LittleEndian(all, all.Length);
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(4), last);
        BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(8), (ushort)entries.Length);
        return all;
    }

    private static byte[] Little(long value, int bytes)
    {
        byte[] all = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(all, value);
        return all[..bytes];
    }
}
