using System.Text;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions.Tests.Persistence;

public sealed class RdbFormatTests
{
    [Fact]
    public void Lengths_come_back()
    {
        Span<byte> bytes = stackalloc byte[RdbLength.SizeMax];
        foreach (ulong length in (ulong[])[0, 63, 64, 16383, 16384, uint.MaxValue, 1UL << 32, ulong.MaxValue])
        {
            int size = RdbLength.Write(length, bytes);
            Assert.Equal(size, RdbLength.SizeOf(bytes[0]));
            Assert.Equal(length, RdbLength.Read(bytes[..size], out bool isEncoding));
            Assert.False(isEncoding);
        }

        Assert.Equal(0, RdbLength.SizeOf(0x82));
    }

    [Fact]
    public void The_checksum_is_Redis_s_in_any_pieces()
    {
        byte[] digits = Encoding.ASCII.GetBytes("123456789");
        Assert.Equal(0xe9c6d914c4b8d9caUL, Crc64.Append(0, digits));
        var random = new Random(5);
        byte[] bytes = new byte[1000];
        random.NextBytes(bytes);
        ulong whole = Crc64.Append(0, bytes);
        ulong single = 0;
        foreach (byte one in bytes) single = Crc64.Append(single, [one]);
        Assert.Equal(single, whole);
        for (int cut = 0; cut < 100; cut++) Assert.Equal(whole, Crc64.Append(Crc64.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }

    [Fact]
    public void A_footer_tells_whole_payloads_from_others()
    {
        byte[] content = Encoding.ASCII.GetBytes("content");
        byte[] payload = [.. content, .. new byte[DumpPayload.FooterBytes]];
        DumpPayload.WriteFooter(content, DumpPayload.NewestVersion, payload.AsSpan(content.Length));
        Assert.True(DumpPayload.IsIntact(payload));
        Assert.Equal(content, DumpPayload.ContentOf(payload).ToArray());
        for (int i = 0; i < payload.Length; i++)
        {
            byte[] damaged = [.. payload];
            damaged[i] ^= 1;
            Assert.False(DumpPayload.IsIntact(damaged), $"byte {i}");
        }

        payload[^1] ^= 1;
        Assert.True(DumpPayload.IsIntact(payload, checksum: false));
        Assert.False(DumpPayload.IsIntact(payload.AsSpan(0, DumpPayload.FooterBytes - 1)));
        DumpPayload.WriteFooter(content, DumpPayload.NewestVersion + 1, payload.AsSpan(content.Length));
        Assert.False(DumpPayload.IsIntact(payload, checksum: false));
    }
}
