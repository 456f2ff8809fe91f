using System.Runtime.CompilerServices;
using ModularKv.Abstractions;

namespace ModularKv.Sets;

/// <summary>
/// Redis's intset, byte for byte: <c>u32 bytes per integer (2, 4, 8) | u32 integers | integer …</c>, ascending. Static functions over bytes
/// that somebody else holds. Source: intset.c.
/// </summary>
internal static unsafe class IntSet
{
    public const int HeaderBytes = 8;

    /// <summary>Bytes of an intset.</summary>
    public static long Bytes(long count, int width) => HeaderBytes + (count * width);

    /// <summary>Makes the first bytes an empty intset of two bytes per integer.</summary>
    public static void Initialize(Span<byte> to)
    {
        fixed (byte* p = to[..HeaderBytes]) SetHeader(p, sizeof(short), 0);
    }

    /// <summary>Number of integers.</summary>
    public static int Count(ReadOnlySpan<byte> intset)
    {
        fixed (byte* p = intset) return Count(p);
    }

    public static int Count(byte* intset) => *(int*)(intset + sizeof(int));

    /// <summary>Bytes per integer.</summary>
    public static int Width(ReadOnlySpan<byte> intset)
    {
        fixed (byte* p = intset) return *(int*)p;
    }

    /// <summary>Bytes that an integer takes.</summary>
    public static int WidthOf(long value) =>
        value == (short)value ? sizeof(short) : value == (int)value ? sizeof(int) : sizeof(long);

    /// <summary>The integer of that index.</summary>
    public static long Get(ReadOnlySpan<byte> intset, int index)
    {
        fixed (byte* p = intset) return Get(p, index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Get(byte* intset, int index) => Read(intset + HeaderBytes, *(int*)intset, index);

    /// <summary>Whether it is there, and where it is or would be.</summary>
    public static bool Find(ReadOnlySpan<byte> intset, long value, out int index)
    {
        fixed (byte* p = intset) return Find(p, value, out index);
    }

    public static bool Find(byte* intset, long value, out int index)
    {
        int count = Count(intset), width = *(int*)intset;
        byte* integers = intset + HeaderBytes;
        index = 0;
        if (count == 0) return false;

        // What comes in ascending order, and what is too large for the width, is seen at once.
        long last = Read(integers, width, count - 1);
        if (value >= last)
        {
            index = value == last ? count - 1 : count;
            return value == last;
        }

        index = Search(integers, width, 0, count - 1, value);
        return Read(integers, width, index) == value;
    }

    /// <summary>
    /// Whether it is there, looking from an index on that only moves forward: for integers asked for in ascending order.
    /// </summary>
    public static bool FindFrom(byte* intset, long value, ref int index)
    {
        int count = Count(intset), width = *(int*)intset;
        byte* integers = intset + HeaderBytes;
        int step = 1, low = index;
        while (index < count && Read(integers, width, index) < value)
        {
            low = index + 1;
            index += step;
            step <<= 1;
        }

        index = Search(integers, width, low, Math.Min(index, count), value);
        return index < count && Read(integers, width, index) == value;
    }

    /// <summary>Puts an integer in that is not there.</summary>
    /// <param name="intset">With room: <see cref="Bytes"/> of one more, and of the larger width.</param>
    /// <param name="value">The integer.</param>
    public static void Insert(Span<byte> intset, long value)
    {
        fixed (byte* p = intset)
        {
            int count = Count(p), width = *(int*)p, wanted = WidthOf(value);
            byte* integers = p + HeaderBytes;
            if (wanted > width)
            {
                // It is beyond all the others, on one side; from the end, so that nothing is overwritten before it is read.
                int shift = value < 0 ? 1 : 0;
                for (int i = count - 1; i >= 0; i--) Write(integers, wanted, i + shift, Read(integers, width, i));
                Write(integers, wanted, shift == 1 ? 0 : count, value);
                SetHeader(p, wanted, count + 1);
                return;
            }

            Find(p, value, out int index);
            byte* at = integers + (index * (long)width);
            long tail = (count - index) * (long)width;
            Buffer.MemoryCopy(at, at + width, tail, tail);
            Write(integers, width, index, value);
            SetHeader(p, width, count + 1);
        }
    }

    /// <summary>Takes the integer of that index out. The last <see cref="Width"/> bytes are left over.</summary>
    public static void RemoveAt(Span<byte> intset, int index)
    {
        fixed (byte* p = intset)
        {
            int count = Count(p), width = *(int*)p;
            byte* at = p + HeaderBytes + (index * (long)width);
            long tail = (count - index - 1) * (long)width;
            Buffer.MemoryCopy(at + width, at, tail, tail);
            SetHeader(p, width, count - 1);
        }
    }

    /// <summary>Writes an intset of integers in ascending order, no two equal.</summary>
    /// <param name="to">As many bytes as <see cref="Bytes"/> says for the wider of the first and the last.</param>
    /// <param name="integers">At least one.</param>
    public static void Fill(Span<byte> to, ReadOnlySpan<long> integers)
    {
        int width = Math.Max(WidthOf(integers[0]), WidthOf(integers[^1]));
        fixed (byte* p = to)
        {
            SetHeader(p, width, integers.Length);
            for (int i = 0; i < integers.Length; i++) Write(p + HeaderBytes, width, i, integers[i]);
        }
    }

    /// <summary>Whether bytes from outside make an intset: lengths that agree, and integers that ascend.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes) return false;
        fixed (byte* p = bytes)
        {
            int width = *(int*)p, count = Count(p);
            if (width is not (sizeof(short) or sizeof(int) or sizeof(long)) || count < 0) return false;
            if (Bytes(count, width) != bytes.Length) return false;
            for (int i = 1; i < count; i++)
            {
                if (Get(p, i - 1) >= Get(p, i)) return false;
            }

            return true;
        }
    }

    // The first index in [low, high) whose integer is not below the value; high where all are.
    private static int Search(byte* integers, int width, int low, int high, long value)
    {
        while (low < high)
        {
            int middle = (int)((uint)(low + high) >> 1);
            if (Read(integers, width, middle) < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Read(byte* integers, int width, int index) => width switch
    {
        sizeof(short) => ((short*)integers)[index],
        sizeof(int) => ((int*)integers)[index],
        _ => ((long*)integers)[index],
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(byte* integers, int width, int index, long value)
    {
        if (width == sizeof(short)) ((short*)integers)[index] = (short)value;
        else if (width == sizeof(int)) ((int*)integers)[index] = (int)value;
        else ((long*)integers)[index] = value;
    }

    private static void SetHeader(byte* intset, int width, int count)
    {
        *(int*)intset = width;
        *(int*)(intset + sizeof(int)) = count;
    }
}
