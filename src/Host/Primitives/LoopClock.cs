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
    public void Refresh() => Update();

    /// <summary>
    /// Reads the clock, once for both kinds of time: between two looks at the wall clock it goes on by the monotonic one.
    /// </summary>
    /// <returns>Monotonic microseconds.</returns>
    public long Update()
    {
        long now = MonotonicMicros();
        if (now - _anchorMicros >= AnchoredMicrosMax)
        {
            _anchorMicros = now;
            _anchorUnixMicros = UnixMicros();
        }

        _unixMs = (_anchorUnixMicros + (now - _anchorMicros)) / 1000;
        return now;
    }

    /// <summary>How long a step of the wall clock may go unnoticed.</summary>
    private const long AnchoredMicrosMax = 50_000;

    private long _anchorMicros = long.MinValue / 2;
    private long _anchorUnixMicros;

    private static long Now() => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / 10_000;
}
