using System.Runtime.InteropServices;

namespace ModularKv.Host.Tests.Protocol.Memory;

/// <summary>Bytes that end exactly where the readable memory ends: reading past the slack that is promised stops the process.</summary>
internal sealed unsafe class GuardedBytes : IDisposable
{
    private const int PageBytes = 4096;
    private readonly byte* _map;
    private readonly nuint _mapped;
    private readonly byte* _guard;
    private readonly int _slack;

    public GuardedBytes(int capacity, int slack)
    {
        _slack = slack;
        nuint pages = (nuint)((capacity + slack + PageBytes - 1) / PageBytes * PageBytes);
        Capacity = (int)pages - slack;
        if (!OperatingSystem.IsLinux())
        {
            _map = (byte*)NativeMemory.Alloc(pages);
            _guard = _map + pages;
            return;
        }

        _mapped = pages + PageBytes;
        _map = (byte*)Map(0, _mapped, 3, 0x22, -1, 0); // read and write; private, anonymous
        Assert.NotEqual(-1, (nint)_map);
        _guard = _map + pages;
        Assert.Equal(0, Protect((nint)_guard, PageBytes, 0));
    }

    public int Capacity { get; }

    /// <summary>Where the bytes placed last end.</summary>
    public byte* End => _guard - _slack;

    /// <summary>Puts bytes before the end and something else into the slack. Returns their start.</summary>
    public byte* Place(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        byte* start = End - first.Length - second.Length;
        Assert.True(start >= _map);
        first.CopyTo(new Span<byte>(start, first.Length));
        second.CopyTo(new Span<byte>(start + first.Length, second.Length));
        new Span<byte>(End, _slack).Fill((byte)'\r');
        return start;
    }

    public void Dispose()
    {
        if (_mapped == 0) NativeMemory.Free(_map); else _ = Unmap((nint)_map, _mapped);
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(nint address, nuint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(nint address, nuint length);
}
