using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Abstractions;

/// <summary>Numbers as Redis writes and reads them.</summary>
public static unsafe class NumberText
{
    /// <summary>Most bytes that a decimal integer takes.</summary>
    public const int IntegerBytesMax = 20;

    internal const int BulkHeaders = 1000;
    private static readonly ulong* Headers = MakeHeaders();
    private static readonly ushort* Pairs = MakePairs();

    private static ulong* MakeHeaders()
    {
        ulong* headers = (ulong*)NativeMemory.Alloc(BulkHeaders * sizeof(ulong));
        for (int i = 0; i < BulkHeaders; i++)
        {
            string text = "$" + i.ToString(CultureInfo.InvariantCulture) + "\r\n";
            ulong word = 0;
            for (int j = 0; j < text.Length; j++) word |= (ulong)text[j] << (8 * j);
            headers[i] = word | ((ulong)text.Length << 56);
        }

        return headers;
    }

    private static ushort* MakePairs()
    {
        ushort* pairs = (ushort*)NativeMemory.Alloc(200);
        for (int i = 0; i < 100; i++) pairs[i] = (ushort)(('0' + i / 10) | (('0' + i % 10) << 8));
        return pairs;
    }

    /// <summary>"$N\r\n" in the low bytes, its length in the top byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong BulkHeader(int length) => Headers[length];

    /// <summary>Writes a decimal integer (at most 20 bytes) and returns the end.</summary>
    internal static byte* Write(byte* to, long value)
    {
        ulong v = (ulong)value;
        if (value < 0)
        {
            *to++ = (byte)'-';
            v = 0 - v;
        }

        if (v < 100)
        {
            if (v < 10)
            {
                *to = (byte)('0' + v);
                return to + 1;
            }

            *(ushort*)to = Pairs[v];
            return to + 2;
        }

        int digits = CountDigits(v);
        byte* p = to + digits;
        while (v >= 100)
        {
            ulong q = v / 100;
            p -= 2;
            *(ushort*)p = Pairs[v - q * 100];
            v = q;
        }

        if (v >= 10) *(ushort*)(p - 2) = Pairs[v]; else p[-1] = (byte)('0' + v);
        return to + digits;
    }

    private static int CountDigits(ulong v)
    {
        int digits = 1;
        while (v >= 10000)
        {
            v /= 10000;
            digits += 4;
        }

        return v >= 1000 ? digits + 3 : v >= 100 ? digits + 2 : v >= 10 ? digits + 1 : digits;
    }

    /// <summary>Writes a decimal integer and returns the number of bytes; <paramref name="to"/> holds at least 20.</summary>
    public static int Write(Span<byte> to, long value)
    {
        Invariant.Check(to.Length >= 20, "20 bytes are needed for an integer");
        fixed (byte* p = to) return (int)(Write(p, value) - p);
    }

    /// <summary>
    /// Reads an integer in the one canonical form that Redis takes: no sign but '-', no leading zero, no space. Source: string2ll.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        int length = text.Length;
        if (length is 0 or > 20) return false;
        ref byte p = ref MemoryMarshal.GetReference(text);
        if (length == 1 && p == (byte)'0') return true;
        int i = 0;
        bool negative = p == (byte)'-';
        if (negative && ++i == length) return false;
        uint digit = (uint)Unsafe.Add(ref p, i) - '0';
        if (digit - 1 > 8) return false;
        ulong v = digit;
        for (i++; i < length; i++)
        {
            digit = (uint)Unsafe.Add(ref p, i) - '0';
            if (digit > 9) return false;
            if (v > ulong.MaxValue / 10) return false;
            v *= 10;
            if (v > ulong.MaxValue - digit) return false;
            v += digit;
        }

        if (negative)
        {
            if (v > (ulong)long.MaxValue + 1) return false;
            value = (long)(0 - v);
            return true;
        }

        if (v > long.MaxValue) return false;
        value = (long)v;
        return true;
    }

    /// <summary>
    /// Writes a double as C's %.17g does, with inf, -inf and nan; <paramref name="to"/> holds at least 40 bytes. Returns the length.
    /// </summary>
    public static int WriteDouble(Span<byte> to, double value)
    {
        if (double.IsNaN(value)) return Put(to, "nan"u8);
        if (double.IsInfinity(value)) return Put(to, value > 0 ? "inf"u8 : "-inf"u8);
        if (value == 0) return Put(to, double.IsNegative(value) ? "-0"u8 : "0"u8);
        if (value == Math.Floor(value) && Math.Abs(value) < 1e15) return Write(to, (long)value);
        if (TryWriteFixed(to, value, out int written)) return written;
        Span<byte> scientific = stackalloc byte[40];
        Utf8Formatter.TryFormat(value, scientific, out int length, new System.Buffers.StandardFormat('E', 16));
        return FromScientific(to, scientific[..length]);
    }

    /// <summary>
    /// The common sizes without a general algorithm: times a power of ten that brings 17 digits before the point, in 128 bits and so
    /// exactly, rounded half to even as C does.
    /// </summary>
    private static bool TryWriteFixed(Span<byte> to, double value, out int written)
    {
        const ulong Smallest = 10_000_000_000_000_000;
        written = 0;
        double size = Math.Abs(value);
        if (size is < 1e-3 or >= 1e15) return false;
        ulong bits = BitConverter.DoubleToUInt64Bits(size);
        ulong mantissa = (bits & 0xFFFFFFFFFFFFFUL) | 1UL << 52;
        int shift = 1075 - (int)(bits >> 52);
        if (shift <= 0) return false;

        int exponent = 0;
        while (exponent < 15 && size >= Powers[exponent + 1]) exponent++;
        if (size < 1) exponent = size >= 0.1 ? -1 : size >= 0.01 ? -2 : -3;
        UInt128 product = (UInt128)mantissa * Powers[16 - exponent];
        ulong digits = (ulong)(product >> shift);
        UInt128 rest = product - ((UInt128)digits << shift);
        UInt128 half = UInt128.One << (shift - 1);
        if (rest > half || (rest == half && (digits & 1) != 0)) digits++;
        if (digits >= Smallest * 10)
        {
            digits /= 10;
            exponent++;
        }

        if (digits < Smallest) return false;
        written = WriteFixed(to, digits, exponent, value < 0);
        return true;
    }

    private static ReadOnlySpan<ulong> Powers =>
    [
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
        10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
        10000000000000000000,
    ];

    /// <summary>17 digits, the first of them worth 10^<paramref name="exponent"/>, trailing zeros cut.</summary>
    private static int WriteFixed(Span<byte> to, ulong digits, int exponent, bool negative)
    {
        Span<byte> text = stackalloc byte[20];
        Write(text, (long)digits);
        int count = 17;
        while (count > 1 && text[count - 1] == '0') count--;
        int at = 0;
        if (negative) to[at++] = (byte)'-';
        if (exponent < 0)
        {
            to[at++] = (byte)'0';
            to[at++] = (byte)'.';
            for (int i = -1; i > exponent; i--) to[at++] = (byte)'0';
            text[..count].CopyTo(to[at..]);
            return at + count;
        }

        int whole = exponent + 1;
        text[..whole].CopyTo(to[at..]);
        at += whole;
        if (count <= whole) return at;
        to[at++] = (byte)'.';
        text[whole..count].CopyTo(to[at..]);
        return at + count - whole;
    }

    private static int Put(Span<byte> to, ReadOnlySpan<byte> text)
    {
        text.CopyTo(to);
        return text.Length;
    }

    /// <summary>d.ddddddddddddddddE±ddd → the shorter of the two forms of %g, trailing zeros cut.</summary>
    private static int FromScientific(Span<byte> to, ReadOnlySpan<byte> text)
    {
        int at = 0;
        if (text[0] == '-')
        {
            to[at++] = (byte)'-';
            text = text[1..];
        }

        int e = text.IndexOf((byte)'E');
        Utf8Parser.TryParse(text[(e + 2)..], out int exponent, out _);
        if (text[e + 1] == '-') exponent = -exponent;
        Span<byte> digits = stackalloc byte[20];
        int n = 0;
        for (int i = 0; i < e; i++) if (text[i] != '.') digits[n++] = text[i];
        while (n > 1 && digits[n - 1] == '0') n--;
        if (exponent is < -4 or >= 17)
        {
            to[at++] = digits[0];
            if (n > 1)
            {
                to[at++] = (byte)'.';
                digits[1..n].CopyTo(to[at..]);
                at += n - 1;
            }

            to[at++] = (byte)'e';
            to[at++] = exponent < 0 ? (byte)'-' : (byte)'+';
            int magnitude = Math.Abs(exponent);
            if (magnitude < 10) to[at++] = (byte)'0';
            Utf8Formatter.TryFormat(magnitude, to[at..], out int written);
            return at + written;
        }

        if (exponent < 0)
        {
            to[at++] = (byte)'0';
            to[at++] = (byte)'.';
            for (int i = -1; i > exponent; i--) to[at++] = (byte)'0';
            digits[..n].CopyTo(to[at..]);
            return at + n;
        }

        for (int i = 0; i < n || i <= exponent; i++)
        {
            if (i == exponent + 1) to[at++] = (byte)'.';
            to[at++] = i < n ? digits[i] : (byte)'0';
        }

        return at;
    }
}
