using System.Runtime.InteropServices;

namespace ModularKv.Host.Primitives.Unsafe;

/// <summary>Ending the process without its orderly end.</summary>
internal static class ProcessEnd
{
    /// <summary>SIGABRT.</summary>
    public const int Abort = 6;

    /// <summary>SIGSEGV.</summary>
    public const int SegmentationFault = 11;

    /// <summary>Ends it with that code; nothing more is run, written or sent.</summary>
    public static void Now(int code)
    {
        if (OperatingSystem.IsWindows()) Environment.FailFast($"exit code {code}");
        ExitImmediately(code);
    }

    /// <summary>Ends it by a signal, as if nobody handled that: who waits for the process sees it, and the system may dump core.</summary>
    public static void BySignal(int signal)
    {
        if (OperatingSystem.IsWindows()) Environment.FailFast($"signal {signal}");
        SetHandler(signal, 0);
        Send(Environment.ProcessId, signal);
        Thread.Sleep(Timeout.Infinite); // any thread may be the one that takes it
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitImmediately(int code);

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint SetHandler(int signal, nint handler);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Send(int process, int signal);
}
