using ModularKv.Abstractions;
using ModularKv.Host.Diagnostics;
using ModularKv.Host.Primitives.Unsafe;

namespace ModularKv.Host.Server;

/// <summary>Ends that nobody asked for: a report in the log (<c>crash-log-enabled</c>), then the end of the process.</summary>
internal sealed class CrashControl(Kernel kernel, ServerLog log)
{
    /// <summary>How long the loop may take to report on itself.</summary>
    private const int LoopWaitMs = 2000;

    private readonly CrashReport _report = new(kernel, log);
    private int _isReported;

    private bool Reports => kernel.Parameters.CrashLogEnabled.Value;

    /// <summary>DEBUG SEGFAULT, ASSERT and PANIC. Loop thread only; does not return.</summary>
    /// <param name="kind">What to look like.</param>
    /// <param name="text">What did not hold, or the message of the panic.</param>
    public void Crash(CrashKind kind, string text)
    {
        string[] heading = kind switch
        {
            CrashKind.SegmentationFault => [BySignal(ProcessEnd.SegmentationFault)],
            CrashKind.Assertion => Assertion(text),
            _ =>
            [
                "------------------------------------------------", "!!! Software Failure. Press left mouse button to continue",
                $"Guru Meditation: {text}", "------------------------------------------------",
            ],
        };
        Report(heading, Environment.StackTrace, isOnLoop: true);
        if (kind == CrashKind.SegmentationFault) ProcessEnd.BySignal(ProcessEnd.SegmentationFault);
        if (kernel.Parameters.UseExitOnPanic.Value) ProcessEnd.Now(1);
        ProcessEnd.BySignal(ProcessEnd.Abort);
    }

    /// <summary>An exception that nobody catches. The caller ends the process.</summary>
    /// <param name="e">The exception.</param>
    /// <param name="isOnLoop">Whether it was the loop's.</param>
    /// <returns>Whether the log has the report.</returns>
    public bool Unhandled(Exception e, bool isOnLoop)
    {
        string[] heading = e is InvariantException ? Assertion(e.Message) : [$"Unhandled exception {e.GetType().FullName}: {e.Message}"];
        return Report(heading, e.ToString(), isOnLoop);
    }

    /// <summary>SIGABRT from outside. Any thread but the loop's; does not return.</summary>
    public void Aborted()
    {
        using var done = new ManualResetEventSlim();
        string[] heading = [BySignal(ProcessEnd.Abort)];
        kernel.Loop.Post(() =>
        {
            Report(heading, Environment.StackTrace, isOnLoop: true);
            done.Set();
        });

        // A loop that hangs cannot report on itself: then what can be said without it is said here.
        if (!done.Wait(LoopWaitMs) && !Report(heading, null, isOnLoop: false)) done.Wait(LoopWaitMs);
        ProcessEnd.BySignal(ProcessEnd.Abort);
    }

    private static string BySignal(int signal) => $"Redis {ServerVersion.Compatibility} crashed by signal: {signal}";

    private static string[] Assertion(string text) => ["=== ASSERTION FAILED ===", $"==> '{text}' is not true"];

    // One report only: what goes wrong while one is written is a consequence.
    private bool Report(string[] heading, string? stack, bool isOnLoop)
    {
        if (!Reports || Interlocked.Exchange(ref _isReported, 1) != 0) return false;
        _report.Write(heading, stack, isOnLoop);
        return true;
    }
}
