using System.Buffers.Text;

namespace ModularKv.Benchmarks.Beside;

/// <summary>Counts whole replies in a stream of RESP bytes, without keeping them.</summary>
public sealed class ReplyCounter
{
    private const int LineMax = 64;

    private readonly Stack<long> _open = new();
    private readonly byte[] _line = new byte[LineMax];
    private int _lineLength;
    private long _skip;

    /// <summary>Whole replies seen, pushes included.</summary>
    public long Replies { get; private set; }

    /// <summary>Replies that were errors, those within others included.</summary>
    public long Errors { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_skip > 0)
            {
                int skipped = (int)Math.Min(_skip, bytes.Length);
                _skip -= skipped;
                bytes = bytes[skipped..];
                if (_skip == 0) Ended();
                continue;
            }

            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end < 0 ? bytes : bytes[..end];
            int kept = Math.Min(part.Length, LineMax - _lineLength);
            part[..kept].CopyTo(_line.AsSpan(_lineLength));
            _lineLength += kept;
            if (end < 0) return;
            bytes = bytes[(end + 1)..];
            Line();
            _lineLength = 0;
        }
    }

    private void Line()
    {
        Utf8Parser.TryParse(_line.AsSpan(1, _lineLength - 1), out long number, out _);
        switch (_line[0])
        {
            case (byte)'$' or (byte)'=' or (byte)'!' when number >= 0:
                _skip = number + 2;
                return;
            case (byte)'*' or (byte)'~' or (byte)'>' when number > 0:
                _open.Push(number);
                return;
            case (byte)'%' when number > 0:
                _open.Push(number * 2);
                return;
            case (byte)'-':
                Errors++;
                break;
        }

        Ended();
    }

    private void Ended()
    {
        while (_open.Count > 0)
        {
            long left = _open.Pop() - 1;
            if (left == 0) continue;
            _open.Push(left);
            return;
        }

        Replies++;
    }
}
