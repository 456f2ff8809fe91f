namespace ModularKv.Lua.Libraries;

/// <summary>Doubles as integers the way x86-64 compilers of C cast them: what does not fit is the smallest number.</summary>
internal static class NumberCast
{
    public static long ToInt64(double value)
        => value is >= -9223372036854775808.0 and < 9223372036854775808.0 ? (long)value : long.MinValue;

    public static ulong ToUInt64(double value)
        => value < 9223372036854775808.0 ? (ulong)ToInt64(value) : (ulong)ToInt64(value - 9223372036854775808.0) ^ 0x8000000000000000;

    public static int ToInt32(double value) => value is > -2147483649.0 and < 2147483648.0 ? (int)value : int.MinValue;
}
