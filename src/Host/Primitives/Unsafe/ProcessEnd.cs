using System.Runtime.InteropServices;

namespace ModularKv.Host.Primitives.Unsafe;

/// <summary>Ending the process without its orderly end.</summary>
internal static class ProcessEnd
{
    /// <summary>Ends it with that code; nothing more is run, written or sent.</summary>
    public static void Now(int code)
    {
        if (OperatingSystem.IsWindows()) Environment.FailFast($"exit code {code}");
        ExitImmediately(code);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitImmediately(int code);
}
