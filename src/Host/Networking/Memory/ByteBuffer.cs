using System.Runtime.InteropServices;

namespace ModularKv.Host.Networking.Memory;

/// <summary>A growing off-heap buffer of received bytes; sixteen readable bytes follow its content.</summary>
internal sealed unsafe class ByteBuffer
{
    private const int Slack = 64;

    public byte* Start { get; private set; }

    public int Length { get; set; }

    public int Capacity { get; private set; }

    /// <summary>Makes room for <paramref name="more"/> bytes behind the content.</summary>
    public void Reserve(int more)
    {
        if (Capacity - Length >= more) return;
        Capacity = (int)Math.Min(int.MaxValue - Slack, Math.Max((long)Length + more, Capacity * 2L));
        Start = (byte*)NativeMemory.Realloc(Start, (nuint)Capacity + Slack);
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(new Span<byte>(Start + Length, bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Drops bytes at the front.</summary>
    public void Consume(int count)
    {
        Length -= count;
        Buffer.MemoryCopy(Start + count, Start, Length, Length);
        if (Length == 0 && Capacity > 64 * 1024) Release();
    }

    /// <summary>Empties it and gives the memory back.</summary>
    public void Release()
    {
        NativeMemory.Free(Start);
        Start = null;
        Length = Capacity = 0;
    }
}
