using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModularKv.Bitmaps.Memory;

/// <summary>One step of a bitwise operation on two sources, for every width.</summary>
internal interface IBitOperator
{
    /// <summary>What becomes of a vector of the target.</summary>
    static abstract Vector512<byte> Apply(Vector512<byte> target, Vector512<byte> left, Vector512<byte> right);

    /// <summary>What becomes of a vector of the target.</summary>
    static abstract Vector256<byte> Apply(Vector256<byte> target, Vector256<byte> left, Vector256<byte> right);

    /// <summary>What becomes of a byte of the target.</summary>
    static abstract int Apply(int target, int left, int right);
}

/// <summary>left AND right.</summary>
internal readonly struct And : IBitOperator
{
    public static Vector512<byte> Apply(Vector512<byte> target, Vector512<byte> left, Vector512<byte> right) => left & right;

    public static Vector256<byte> Apply(Vector256<byte> target, Vector256<byte> left, Vector256<byte> right) => left & right;

    public static int Apply(int target, int left, int right) => left & right;
}

/// <summary>left OR right.</summary>
internal readonly struct Or : IBitOperator
{
    public static Vector512<byte> Apply(Vector512<byte> target, Vector512<byte> left, Vector512<byte> right) => left | right;

    public static Vector256<byte> Apply(Vector256<byte> target, Vector256<byte> left, Vector256<byte> right) => left | right;

    public static int Apply(int target, int left, int right) => left | right;
}

/// <summary>left XOR right.</summary>
internal readonly struct Xor : IBitOperator
{
    public static Vector512<byte> Apply(Vector512<byte> target, Vector512<byte> left, Vector512<byte> right) => left ^ right;

    public static Vector256<byte> Apply(Vector256<byte> target, Vector256<byte> left, Vector256<byte> right) => left ^ right;

    public static int Apply(int target, int left, int right) => left ^ right;
}

/// <summary>left AND NOT right.</summary>
internal readonly struct AndNot : IBitOperator
{
    public static Vector512<byte> Apply(Vector512<byte> target, Vector512<byte> left, Vector512<byte> right) => left & ~right;

    public static Vector256<byte> Apply(Vector256<byte> target, Vector256<byte> left, Vector256<byte> right) => left & ~right;

    public static int Apply(int target, int left, int right) => left & ~right;
}

/// <summary>What is in the target already, OR (left AND right).</summary>
internal readonly struct OrAnd : IBitOperator
{
    public static Vector512<byte> Apply(Vector512<byte> target, Vector512<byte> left, Vector512<byte> right) => target | (left & right);

    public static Vector256<byte> Apply(Vector256<byte> target, Vector256<byte> left, Vector256<byte> right) => target | (left & right);

    public static int Apply(int target, int left, int right) => target | (left & right);
}

/// <summary>Runs an operator over whole blocks, with the widest vectors there are.</summary>
internal static unsafe class BitLoop
{
    /// <summary>to[i] = T(to[i], left[i], right[i]). Any of them may be the same block.</summary>
    /// <remarks>Compiled fully at once: the first calls on large values would otherwise run in slow code.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(byte* to, byte* left, byte* right, int length) where T : struct, IBitOperator
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= length - Vector512<byte>.Count; i += Vector512<byte>.Count)
            {
                T.Apply(Vector512.Load(to + i), Vector512.Load(left + i), Vector512.Load(right + i)).Store(to + i);
            }
        }

        // Where there are no vectors of 256 bits, the compiler makes two of 128 of each.
        for (; i <= length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            T.Apply(Vector256.Load(to + i), Vector256.Load(left + i), Vector256.Load(right + i)).Store(to + i);
        }

        for (; i < length; i++) to[i] = (byte)T.Apply(to[i], left[i], right[i]);
    }
}
