using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>How much of a core a thread gets where others want it too. Linux only; elsewhere nothing happens.</summary>
internal static unsafe class ThreadPriorities
{
    /// <summary>
    /// About a tenth of a core that a thread of normal priority keeps busy: enough to come to an end, too little to hold that one up.
    /// </summary>
    private const int LowNice = 10;

    private const int OfThread = 0; // PRIO_PROCESS means a thread on Linux
    private const int NormalPolicy = 0;
    private const int BatchPolicy = 3; // as the normal one, but waking up it takes no core from who is on it

    private static readonly nint Library = OperatingSystem.IsLinux() ? NativeLibrary.GetMainProgramHandle() : 0;

    private static readonly delegate* unmanaged<int, int, int, int> SetPriority =
        (delegate* unmanaged<int, int, int, int>)Symbol("setpriority");

    private static readonly delegate* unmanaged<int, int, int*, int> SetScheduler =
        (delegate* unmanaged<int, int, int*, int>)Symbol("sched_setscheduler");

    private static readonly delegate* unmanaged<int, int> GetScheduler = (delegate* unmanaged<int, int>)Symbol("sched_getscheduler");

    /// <summary>Lowers a thread of this process, for good. What the system refuses stays as it is.</summary>
    /// <param name="thread">Its number with the system; 0: the calling thread.</param>
    public static void Lower(int thread)
    {
        if (Library == 0) return;
        int priority = 0;

        // A policy that an operator chose (real time, idle) is left alone.
        if (GetScheduler(thread) == NormalPolicy) _ = SetScheduler(thread, BatchPolicy, &priority);
        _ = SetPriority(OfThread, thread, LowNice);
    }

    private static nint Symbol(string name) => Library == 0 ? 0 : NativeLibrary.GetExport(Library, name);
}
