using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Host.Primitives.Unsafe;

/// <summary>
/// The system calls of the network path, through function pointers: no marshalling and, for those that never wait, no transition of the
/// collector.
/// </summary>
/// <remarks>SetLastError costs 11-20 ns a call; errno is read where a call failed. Linux only; elsewhere the portable poller
/// serves.</remarks>
internal static unsafe class Libc
{
    public const int Again = 11;
    public const int Interrupted = 4;
    public const int NoSignal = 0x4000;

    private static readonly nint Library = OperatingSystem.IsLinux() ? NativeLibrary.Load("libc.so.6") : 0;

    /// <summary>Where the C library keeps the environment: an array of strings that ends with null.</summary>
    public static readonly byte*** Environment = (byte***)Symbol("environ");

    public static readonly delegate* unmanaged[SuppressGCTransition]<int, byte*, nint, int, nint> Recv =
        (delegate* unmanaged[SuppressGCTransition]<int, byte*, nint, int, nint>)Symbol("recv");

    public static readonly delegate* unmanaged[SuppressGCTransition]<int, byte*, nint, int, nint> Send =
        (delegate* unmanaged[SuppressGCTransition]<int, byte*, nint, int, nint>)Symbol("send");

    public static readonly delegate* unmanaged<int, EpollEvent*, int, int, int> EpollWait =
        (delegate* unmanaged<int, EpollEvent*, int, int, int>)Symbol("epoll_wait");

    public static readonly delegate* unmanaged<int, int> EpollCreate = (delegate* unmanaged<int, int>)Symbol("epoll_create1");

    public static readonly delegate* unmanaged<int, int, int, EpollEvent*, int> EpollControl =
        (delegate* unmanaged<int, int, int, EpollEvent*, int>)Symbol("epoll_ctl");

    public static readonly delegate* unmanaged<int, void*, void*, int, int> Accept =
        (delegate* unmanaged<int, void*, void*, int, int>)Symbol("accept4");

    public static readonly delegate* unmanaged<int, int> Close = (delegate* unmanaged<int, int>)Symbol("close");

    public static readonly delegate* unmanaged<int, int, int, int> Socket = (delegate* unmanaged<int, int, int, int>)Symbol("socket");

    public static readonly delegate* unmanaged<int, void*, int, int> Bind = (delegate* unmanaged<int, void*, int, int>)Symbol("bind");

    public static readonly delegate* unmanaged<int, int, int> Listen = (delegate* unmanaged<int, int, int>)Symbol("listen");

    public static readonly delegate* unmanaged<int, int, int, void*, int, int> SetOption =
        (delegate* unmanaged<int, int, int, void*, int, int>)Symbol("setsockopt");

    public static readonly delegate* unmanaged<int, void*, int*, int> PeerName =
        (delegate* unmanaged<int, void*, int*, int>)Symbol("getpeername");

    public static readonly delegate* unmanaged<int, void*, int*, int> SocketName =
        (delegate* unmanaged<int, void*, int*, int>)Symbol("getsockname");

    public static readonly delegate* unmanaged<uint, int, int> EventDescriptor = (delegate* unmanaged<uint, int, int>)Symbol("eventfd");

    public static readonly delegate* unmanaged[SuppressGCTransition]<int, void*, nint, nint> Write =
        (delegate* unmanaged[SuppressGCTransition]<int, void*, nint, nint>)Symbol("write");

    public static readonly delegate* unmanaged[SuppressGCTransition]<int, void*, nint, nint> Read =
        (delegate* unmanaged[SuppressGCTransition]<int, void*, nint, nint>)Symbol("read");

    public static readonly delegate* unmanaged<int, ResourceLimit*, int> GetLimit =
        (delegate* unmanaged<int, ResourceLimit*, int>)Symbol("getrlimit");

    public static readonly delegate* unmanaged<int, ResourceLimit*, int> SetLimit =
        (delegate* unmanaged<int, ResourceLimit*, int>)Symbol("setrlimit");

    public static readonly delegate* unmanaged<byte*, int, int, int> Open = (delegate* unmanaged<byte*, int, int, int>)Symbol("open");

    public static readonly delegate* unmanaged<int, int> Sync = (delegate* unmanaged<int, int>)Symbol("fsync");

    public static readonly delegate* unmanaged<int, int> SyncData = (delegate* unmanaged<int, int>)Symbol("fdatasync");

    public static readonly delegate* unmanaged<int, long, long, int, int> Advise =
        (delegate* unmanaged<int, long, long, int, int>)Symbol("posix_fadvise");

    private static readonly delegate* unmanaged[SuppressGCTransition]<int, long*, int> GetTime =
        (delegate* unmanaged[SuppressGCTransition]<int, long*, int>)Symbol("clock_gettime");

    /// <summary>CPU time of the calling thread in microseconds. About 0.2 µs.</summary>
    public static long ThreadCpuMicros()
    {
        const int threadCpu = 3;
        long* time = stackalloc long[2];
        GetTime(threadCpu, time);
        return (time[0] * 1_000_000) + (time[1] / 1000);
    }

    private static readonly delegate* unmanaged[SuppressGCTransition]<int*> ErrorLocation =
        (delegate* unmanaged[SuppressGCTransition]<int*>)Symbol("__errno_location");

    /// <summary>errno of the last call that failed on this thread.</summary>
    public static int Error
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => *ErrorLocation();
    }

    /// <summary>The system's text for an error number.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static nint Symbol(string name) => Library == 0 ? 0 : NativeLibrary.GetExport(Library, name);
}

/// <summary>epoll_event: packed on x86-64, natural elsewhere.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct EpollEvent
{
    public uint Events;
    public ulong Data;
}

/// <summary>rlimit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResourceLimit
{
    public ulong Soft;
    public ulong Hard;
}
