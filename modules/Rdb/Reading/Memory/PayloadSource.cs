using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModularKv.Abstractions;

namespace ModularKv.Rdb.Reading.Memory;

/// <summary>Bytes of an argument as the source of a stream.</summary>
internal sealed unsafe class PayloadSource : RdbSource, IDisposable
{
    private byte* _at;
    private int _left;

    /// <summary>Reads from bytes that must stay in place, as arguments do, until the source is disposed.</summary>
    public PayloadSource(ReadOnlySpan<byte> payload)
    {
        _at = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(payload));
        _left = payload.Length;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> into)
    {
        int count = Math.Min(into.Length, _left);
        new ReadOnlySpan<byte>(_at, count).CopyTo(into);
        _at += count;
        _left -= count;
        return count;
    }

    /// <inheritdoc/>
    public override void Unread(ReadOnlySpan<byte> bytes)
    {
        _at -= bytes.Length;
        _left += bytes.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _at = null;
        _left = 0;
    }
}
