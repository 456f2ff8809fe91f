using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Tests.Protocol;

/// <summary>Takes what a reply writer has written.</summary>
internal static class Replies
{
    public static ReplyWriter Writer(int protocol = 2, OutputBlocks? blocks = null)
        => new(blocks ?? new OutputBlocks()) { Protocol = protocol };

    public static byte[] Take(ReplyWriter writer, int pieceMax = int.MaxValue)
    {
        var taken = new MemoryStream();
        while (true)
        {
            ReadOnlySpan<byte> chunk = writer.NextChunk();
            if (chunk.IsEmpty) break;
            int count = Math.Min(chunk.Length, pieceMax);
            taken.Write(chunk[..count]);
            writer.Advance(count);
        }

        Assert.Equal(0, writer.PendingBytes);
        return taken.ToArray();
    }
}
