using System.Diagnostics;
using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Host.Primitives.Unsafe;

namespace ModularKv.Host.Primitives;

/// <summary>The machine's clock, read once per loop iteration.</summary>
internal sealed class LoopClock : IClock
{
    private static readonly double MicrosPerTick = 1e6 / Stopwatch.Frequency;
    private long _unixMs = Now();

    /// <inheritdoc/>
    public long UnixMs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _unixMs;
    }

    /// <inheritdoc/>
    public long UnixMicros() => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / 10;

    /// <inheritdoc/>
    public long MonotonicMicros() => (long)(Stopwatch.GetTimestamp() * MicrosPerTick);

    /// <summary>CPU time of the calling thread in microseconds; elsewhere than on Linux the monotonic clock.</summary>
    public long ThreadCpuMicros() => OperatingSystem.IsLinux() ? Libc.ThreadCpuMicros() : MonotonicMicros();

    /// <summary>Reads the clock.</summary>
    public void Update() => _unixMs = Now();

    private static long Now() => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / 10_000;
}
