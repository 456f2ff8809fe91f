using System.Buffers.Binary;
using System.Numerics;
using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>The bit library: operations on 32-bit integers, with numbers wrapped as LuaBitOp wraps them.</summary>
internal static class Bits
{
    public static void AddTo(Dictionary<string, LuaFunction> functions)
    {
        functions["bit_tobit"] = (_, s) => One(s, "tobit", static b => b);
        functions["bit_bnot"] = (_, s) => One(s, "bnot", static b => ~b);
        functions["bit_bswap"] = (_, s) => One(s, "bswap", BinaryPrimitives.ReverseEndianness);
        functions["bit_band"] = (_, s) => All(s, "band", static (a, b) => a & b);
        functions["bit_bor"] = (_, s) => All(s, "bor", static (a, b) => a | b);
        functions["bit_bxor"] = (_, s) => All(s, "bxor", static (a, b) => a ^ b);
        functions["bit_lshift"] = (_, s) => Two(s, "lshift", static (a, n) => a << n);
        functions["bit_rshift"] = (_, s) => Two(s, "rshift", static (a, n) => a >> n);
        functions["bit_arshift"] = (_, s) => Two(s, "arshift", static (a, n) => (uint)((int)a >> n));
        functions["bit_rol"] = (_, s) => Two(s, "rol", BitOperations.RotateLeft);
        functions["bit_ror"] = (_, s) => Two(s, "ror", BitOperations.RotateRight);
        functions["bit_tohex"] = ToHex;
    }

    private static bool TryArgument(Stack stack, int index, out uint bits)
    {
        bool isNumber = stack.TryNumber(index, out double value);
        // 2^52 + 2^51 moves the integer part into the low bits of the mantissa, rounded to even.
        bits = (uint)BitConverter.DoubleToUInt64Bits(value + 6755399441055744.0);
        return isNumber;
    }

    private static int Push(Stack stack, uint bits)
    {
        stack.Push((double)(int)bits);
        return 1;
    }

    private static int Refuse(Stack stack, int index, string name)
        => stack.Fail($"bad argument #{index} to '{name}' (number expected, got {stack.TypeName(index)})");

    private static int One(Stack stack, string name, Func<uint, uint> operation)
        => TryArgument(stack, 1, out uint bits) ? Push(stack, operation(bits)) : Refuse(stack, 1, name);

    private static int Two(Stack stack, string name, Func<uint, int, uint> operation)
    {
        if (!TryArgument(stack, 1, out uint bits)) return Refuse(stack, 1, name);
        return TryArgument(stack, 2, out uint count) ? Push(stack, operation(bits, (int)(count & 31))) : Refuse(stack, 2, name);
    }

    private static int All(Stack stack, string name, Func<uint, uint, uint> operation)
    {
        if (!TryArgument(stack, 1, out uint bits)) return Refuse(stack, 1, name);
        for (int i = stack.Top; i > 1; i--)
        {
            if (!TryArgument(stack, i, out uint other)) return Refuse(stack, i, name);
            bits = operation(bits, other);
        }

        return Push(stack, bits);
    }

    private static int ToHex(LuaState state, Stack stack)
    {
        if (!TryArgument(stack, 1, out uint bits)) return Refuse(stack, 1, "tohex");
        uint given = 8;
        if (stack.Top >= 2 && !TryArgument(stack, 2, out given)) return Refuse(stack, 2, "tohex");
        int digits = (int)given;
        ReadOnlySpan<byte> alphabet = "0123456789abcdef"u8;
        if (digits < 0)
        {
            digits = -digits;
            alphabet = "0123456789ABCDEF"u8;
        }

        if (digits is > 8 or < 0) digits = 8;
        Span<byte> text = stackalloc byte[8];
        for (int i = digits; --i >= 0;)
        {
            text[i] = alphabet[(int)(bits & 15)];
            bits >>= 4;
        }

        stack.Push(text[..digits]);
        return 1;
    }
}
