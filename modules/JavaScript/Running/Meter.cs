using System.Diagnostics;
using System.Runtime.CompilerServices;
using ModularKv.Abstractions.Scripting;

namespace ModularKv.JavaScript.Running;

/// <summary>Ends a run from within: scripts cannot catch it. The state that it passed through is thrown away.</summary>
internal sealed class StopException(string reason, bool isKilled = false) : Exception(reason)
{
    /// <summary>Whether the server asked for the end, so that the text is the server's.</summary>
    public bool IsKilled { get; } = isKilled;
}

/// <summary>
/// Counts what the run of the moment uses, and stops it. Asked at every statement, so cheap; one for the module, as one run is under way
/// at a time.
/// </summary>
internal sealed class Meter(JavaScriptSettings settings)
{
    // A statement takes about half a microsecond: the clock is read some thousand times a second.
    private const int StatementsPerLook = 256;

    /// <summary>Bytes that are allocated before the heap is looked at again: less than this may go unnoticed.</summary>
    private const long AllocationStepBytes = 16 << 20;

    private ScriptRun? _run;
    private LibraryDraft? _draft;
    private long _statements;
    private long _statementsMax;
    private long _lookAt;
    private long _allocationMark;
    private long _heapBefore;
    private long _bytesMax;
    private long _deadline;

    /// <summary>Memory that the operator allows to all scripts; 0: no limit.</summary>
    public long BytesMax { get; set; }

    /// <summary>The run of the moment; null outside of one, as while a library is loaded.</summary>
    public ScriptRun? Run => _run;

    /// <summary>The library being loaded, or null.</summary>
    public LibraryDraft? Draft => _draft;

    /// <summary>Starts counting for a run.</summary>
    public void Begin(ScriptRun run)
    {
        Reset();
        _run = run;
    }

    /// <summary>Starts counting for the loading of a library.</summary>
    /// <param name="draft">Null: it is loaded again, within <paramref name="timeMs"/>.</param>
    /// <param name="timeMs">Milliseconds; 0: as long as the draft says.</param>
    public void Begin(LibraryDraft? draft, int timeMs)
    {
        Reset();
        _draft = draft;
        if (timeMs > 0) _deadline = Stopwatch.GetTimestamp() + (timeMs * Stopwatch.Frequency / 1000);
    }

    /// <summary>The run has ended.</summary>
    public void End()
    {
        _run = null;
        _draft = null;
    }

    /// <summary>A statement, or a piece of work of about its length.</summary>
    /// <exception cref="StopException">The run must end.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Tick()
    {
        if (++_statements >= _lookAt || GC.GetAllocatedBytesForCurrentThread() > _allocationMark) Look();
    }

    /// <summary>A level of nesting is entered: a block, a call, a piece of a long expression.</summary>
    /// <exception cref="StopException">The run must end, or the stack is used up.</exception>
    public void Descend()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new StopException("stack overflow");
        Tick();
    }

    private void Reset()
    {
        _run = null;
        _draft = null;
        _statements = 0;
        _statementsMax = settings.Statements.Value;
        _lookAt = StatementsPerLook;
        _deadline = long.MaxValue;
        _bytesMax = settings.Memory.Value;
        if (BytesMax > 0 && (_bytesMax == 0 || BytesMax < _bytesMax)) _bytesMax = BytesMax;
        _allocationMark = _bytesMax == 0 ? long.MaxValue : GC.GetAllocatedBytesForCurrentThread() + Step;
        _heapBefore = -1;
    }

    private long Step => Math.Min(AllocationStepBytes, Math.Max(_bytesMax / 4, 1 << 16));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Look()
    {
        _lookAt = _statements + StatementsPerLook;
        if (_statementsMax > 0 && _statements > _statementsMax) throw new StopException($"more than {_statementsMax} statements");
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated > _allocationMark) LookAtHeap(allocated);
        if (_draft is { IsOverdue: true }) throw new StopException("FUNCTION LOAD timeout");
        if (_run is null && Stopwatch.GetTimestamp() > _deadline) throw new StopException("FUNCTION LOAD timeout");
        if (_run is { } run && Environment.TickCount64 >= run.PollFrom && run.Poll()) throw new StopException("", isKilled: true);
    }

    private void LookAtHeap(long allocated)
    {
        long heap = GC.GetTotalMemory(forceFullCollection: false);

        // The heap of a short run is never looked at; what the first look finds was there before, but for one step.
        if (_heapBefore < 0) _heapBefore = heap - Step;
        if (heap - _heapBefore > _bytesMax)
        {
            heap = GC.GetTotalMemory(forceFullCollection: true);
            if (heap - _heapBefore > _bytesMax) throw new StopException("not enough memory");

            // Collections cost time in proportion to what lives: one each time as much was allocated as the limit leaves.
            _allocationMark = allocated + Math.Max(Step, _bytesMax - (heap - _heapBefore));
            return;
        }

        _allocationMark = allocated + Step;
    }
}
