using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Memory;

/// <summary>How much of a core a thread gets where others want it too. Linux only; elsewhere nothing happens.</summary>
internal static unsafe class ThreadPriorities
{
    /// <summary>
    /// About a tenth of a core that a thread of normal priority keeps busy: enough to come to an end, too little to hold that one up.
    /// </summary>
    private const int LowNice = 10;

    /// <summary>
    /// So long it keeps a core when it has got one, if the system can do that (Linux 6.12): the usual 3 ms, and a whole tick where the
    /// other thread did not sleep, are what clients would wait.
    /// </summary>
    private const ulong SliceNanoseconds = 500_000;

    private const int OfThread = 0; // PRIO_PROCESS means a thread on Linux
    private const int NormalPolicy = 0;
    private const int BatchPolicy = 3; // as the normal one, but waking up it takes no core from who is on it

    private static readonly nint Library = OperatingSystem.IsLinux() ? NativeLibrary.GetMainProgramHandle() : 0;

    private static readonly delegate* unmanaged<int, int, int, int> SetPriority =
        (delegate* unmanaged<int, int, int, int>)Symbol("setpriority");

    private static readonly delegate* unmanaged<int, int, int*, int> SetScheduler =
        (delegate* unmanaged<int, int, int*, int>)Symbol("sched_setscheduler");

    private static readonly delegate* unmanaged<int, int> GetScheduler = (delegate* unmanaged<int, int>)Symbol("sched_getscheduler");

    private static readonly delegate* unmanaged<nint, nint, Attributes*, nint, nint> SystemCall =
        (delegate* unmanaged<nint, nint, Attributes*, nint, nint>)Symbol("syscall");

    // sched_setattr, which older C libraries have no function for; 0: not known here.
    private static readonly nint SetAttributes = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 314,
        Architecture.Arm64 => 274,
        _ => 0,
    };

    /// <summary>Lowers a thread of this process, for good. What the system refuses stays as it is.</summary>
    /// <param name="thread">Its number with the system; 0: the calling thread.</param>
    public static void Lower(int thread)
    {
        if (Library == 0) return;
        int priority = 0;

        // A policy that an operator chose (real time, idle) is left alone.
        bool isNormal = GetScheduler(thread) == NormalPolicy;
        if (isNormal && TrySetAttributes(thread)) return;
        if (isNormal) _ = SetScheduler(thread, BatchPolicy, &priority);
        _ = SetPriority(OfThread, thread, LowNice);
    }

    private static bool TrySetAttributes(int thread)
    {
        if (SetAttributes == 0) return false;
        var attributes = new Attributes
        {
            Size = (uint)sizeof(Attributes), Policy = BatchPolicy, Nice = LowNice, Runtime = SliceNanoseconds,
        };
        return SystemCall(SetAttributes, thread, &attributes, 0) == 0;
    }

    private static nint Symbol(string name) => Library == 0 ? 0 : NativeLibrary.GetExport(Library, name);

    // struct sched_attr of the kernel, in its first form.
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public int Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
