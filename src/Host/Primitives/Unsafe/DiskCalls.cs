using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ModularKv.Host.Primitives.Unsafe;

/// <summary>System calls for files that the class library does not offer.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class DiskCalls
{
    private const int CloseOnExec = 0x80000;
    private const int DontNeed = 4;

    /// <summary>fdatasync: what a file's size and content need, but not its times.</summary>
    public static void SyncData(SafeFileHandle file) => Checked(Libc.SyncData((int)file.DangerousGetHandle()));

    /// <summary>Makes a directory's entries durable.</summary>
    public static void SyncDirectory(string path)
    {
        int descriptor;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0")) descriptor = Libc.Open(name, CloseOnExec, 0);
        Checked(descriptor);
        int result = Libc.Sync(descriptor);
        int error = Libc.Error;
        Libc.Close(descriptor);
        if (result < 0) throw new IOException(Libc.Describe(error));
    }

    /// <summary>posix_fadvise DONTNEED: advice, whose failure changes nothing.</summary>
    public static void Forget(SafeFileHandle file, long from, long length)
        => _ = Libc.Advise((int)file.DangerousGetHandle(), from, length, DontNeed);

    private static void Checked(int result)
    {
        if (result < 0) throw new IOException(Libc.Describe(Libc.Error));
    }
}
