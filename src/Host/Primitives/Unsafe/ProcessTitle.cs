using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ModularKv.Host.Primitives.Unsafe;

/// <summary>What process lists show of this process: the memory where the system put its arguments and its environment.</summary>
/// <remarks>
/// The strings of the environment are copied elsewhere first, as the C library goes on reading them; the runtime keeps copies of both.
/// Source: proc(5), /proc/pid/cmdline and the fields 48 to 51 of /proc/pid/stat.
/// </remarks>
internal sealed unsafe class ProcessTitle
{
    private const int ArgumentsStart = 48, ArgumentsEnd = 49, EnvironmentStart = 50, EnvironmentEnd = 51;

    /// <summary>The number in proc(5) of the first field behind the process's name.</summary>
    private const int FirstField = 3;

    private readonly byte* _start;
    private readonly int _bytes;

    private ProcessTitle(byte* start, int bytes)
    {
        _start = start;
        _bytes = bytes;
        Program = Marshal.PtrToStringUTF8((nint)start) ?? "";
    }

    /// <summary>The program as it was called.</summary>
    public string Program { get; }

    /// <summary>Takes the memory over. Once in a process. Null: this system has no such thing.</summary>
    public static ProcessTitle? Take()
    {
        if (!OperatingSystem.IsLinux()) return null;
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long start = Field(fields, ArgumentsStart), end = Field(fields, ArgumentsEnd);
        if (start == 0 || end <= start) return null;
        if (Field(fields, EnvironmentStart) == end && Field(fields, EnvironmentEnd) is var last && last > end)
        {
            MoveEnvironment((byte*)end, (byte*)last);
            end = last;
        }

        return new ProcessTitle((byte*)start, (int)(end - start));
    }

    /// <summary>Shows a text, cut off where the memory ends.</summary>
    public void Set(string title)
    {
        byte[] text = Encoding.UTF8.GetBytes(title);
        int length = Math.Min(text.Length, _bytes - 1);
        text.AsSpan(0, length).CopyTo(new Span<byte>(_start, length));
        new Span<byte>(_start + length, _bytes - length).Clear();
    }

    private static long Field(string[] fields, int number)
        => number - FirstField < fields.Length ? long.Parse(fields[number - FirstField], CultureInfo.InvariantCulture) : 0;

    private static void MoveEnvironment(byte* start, byte* end)
    {
        byte** strings = *Libc.Environment;
        for (; strings != null && *strings != null; strings++)
        {
            if (*strings < start || *strings >= end) continue;
            ReadOnlySpan<byte> text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*strings);
            byte* copy = (byte*)NativeMemory.Alloc((nuint)text.Length + 1); // for as long as the process lives
            text.CopyTo(new Span<byte>(copy, text.Length));
            copy[text.Length] = 0;
            *strings = copy;
        }
    }
}
