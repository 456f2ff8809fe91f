using ModularKv.Host.Primitives.Unsafe;

namespace ModularKv.Host.Primitives;

/// <summary>How many files and sockets this process may have open.</summary>
internal static unsafe class DescriptorLimit
{
    private const int OpenFiles = 7;

    /// <summary>Raises the limit towards <paramref name="wanted"/>. Returns the limit then in force.</summary>
    public static long Raise(long wanted)
    {
        if (!OperatingSystem.IsLinux()) return wanted;
        ResourceLimit limit;
        if (Libc.GetLimit(OpenFiles, &limit) != 0) return wanted;
        if ((ulong)wanted <= limit.Soft) return wanted;

        // A privileged process may raise the hard limit too; otherwise the hard limit is what there is.
        ResourceLimit raised = new() { Soft = (ulong)wanted, Hard = Math.Max(limit.Hard, (ulong)wanted) };
        if (Libc.SetLimit(OpenFiles, &raised) == 0) return wanted;
        raised = new ResourceLimit { Soft = Math.Min(limit.Hard, (ulong)wanted), Hard = limit.Hard };
        return Libc.SetLimit(OpenFiles, &raised) == 0 ? (long)raised.Soft : (long)limit.Soft;
    }
}
