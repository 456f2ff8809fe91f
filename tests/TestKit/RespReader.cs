using System.Globalization;
using System.Text;

namespace ModularKv.TestKit;

/// <summary>Reads RESP2 and RESP3 frames from a source of bytes.</summary>
/// <param name="receive">Fills the start of a buffer and says how many bytes; 0 at the end.</param>
public sealed class RespReader(Func<byte[], int> receive)
{
    // Redis nests a few levels at most; deeper is a server gone wrong, or a reader out of step.
    private const int DepthMax = 64;

    private readonly byte[] chunk = new byte[64 * 1024];
    private byte[] buffer = new byte[64 * 1024];
    private int at;
    private int filled;

    /// <summary>Bytes that came and belong to no frame read so far.</summary>
    public ReadOnlySpan<byte> Unread => buffer.AsSpan(at, filled - at);

    /// <summary>Reads one whole frame. After an exception the reader is out of step and no longer usable.</summary>
    /// <exception cref="RespException">The source ended, or the bytes are not RESP.</exception>
    public Reply Read()
    {
        if (at > 0)
        {
            Buffer.BlockCopy(buffer, at, buffer, 0, filled - at);
            filled -= at;
            at = 0;
        }
        return Frame(0);
    }

    private Reply Frame(int depth)
    {
        if (depth > DepthMax) throw new RespException("frames nested too deeply");
        int start = at;
        byte type = Byte();
        if (type == '|')
        {
            int pairs = Length(Line());
            for (int i = 0; i < pairs * 2; i++) Frame(depth + 1);
            Reply described = Frame(depth + 1);
            return new Reply
            {
                Kind = described.Kind, Raw = Since(start), Bytes = described.Bytes, Items = described.Items, IsNull = described.IsNull,
            };
        }
        byte[] line = Line();
        switch ((ReplyKind)type)
        {
            case ReplyKind.Simple or ReplyKind.Error or ReplyKind.Integer or ReplyKind.Double or ReplyKind.Boolean or ReplyKind.BigNumber:
                return new Reply { Kind = (ReplyKind)type, Raw = Since(start), Bytes = line };
            case ReplyKind.Null:
                return new Reply { Kind = ReplyKind.Null, Raw = Since(start), IsNull = true };
            case ReplyKind.Bulk or ReplyKind.BulkError or ReplyKind.Verbatim:
                return Bulk((ReplyKind)type, Length(line), start);
            case ReplyKind.Array or ReplyKind.Set or ReplyKind.Push or ReplyKind.Map:
                return Aggregate((ReplyKind)type, Length(line), start, depth);
            default:
                throw new RespException($"not a RESP type byte: \"{Escape.Bytes([type])}\", then \"{Escape.Bytes(line)}\"");
        }
    }

    private Reply Bulk(ReplyKind kind, int length, int start)
    {
        if (length < 0) return new Reply { Kind = kind, Raw = Since(start), IsNull = true };
        Need(length + 2);
        byte[] bytes = buffer.AsSpan(at, length).ToArray();
        at += length;
        if (buffer[at] != '\r' || buffer[at + 1] != '\n') throw new RespException("a bulk does not end with a line end");
        at += 2;
        return new Reply { Kind = kind, Raw = Since(start), Bytes = bytes };
    }

    private Reply Aggregate(ReplyKind kind, int count, int start, int depth)
    {
        if (count < 0) return new Reply { Kind = kind, Raw = Since(start), IsNull = true };
        List<Reply> items = [];
        long frames = kind == ReplyKind.Map ? 2L * count : count;
        for (long i = 0; i < frames; i++) items.Add(Frame(depth + 1));
        return new Reply { Kind = kind, Raw = Since(start), Items = items };
    }

    private static int Length(byte[] line) =>
        int.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int length) && length >= -1
            ? length : throw new RespException($"not a length: \"{Encoding.Latin1.GetString(line)}\"");

    private byte[] Since(int start) => buffer.AsSpan(start, at - start).ToArray();

    private byte Byte()
    {
        Need(1);
        return buffer[at++];
    }

    private byte[] Line()
    {
        int scanned = 0;
        while (true)
        {
            int found = buffer.AsSpan(at + scanned, filled - at - scanned).IndexOf("\r\n"u8);
            if (found >= 0)
            {
                byte[] line = buffer.AsSpan(at, scanned + found).ToArray();
                at += line.Length + 2;
                return line;
            }
            scanned = Math.Max(0, filled - at - 1);
            Need(filled - at + 1);
        }
    }

    private void Need(int count)
    {
        while (filled - at < count)
        {
            int got = receive(chunk);
            if (got == 0) throw new RespException("the server closed the connection");
            if (filled + got > buffer.Length) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, filled + got));
            Buffer.BlockCopy(chunk, 0, buffer, filled, got);
            filled += got;
        }
    }
}
