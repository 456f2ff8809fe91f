using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>What the math library of 5.1 has and that of 5.4 has not, and redis-server's own random numbers.</summary>
internal static class Mathematics
{
    private const ulong Mask48 = (1UL << 48) - 1;

    public static void AddTo(Dictionary<string, LuaFunction> functions)
    {
        functions["cosh"] = (_, s) => One(s, "cosh", Math.Cosh);
        functions["sinh"] = (_, s) => One(s, "sinh", Math.Sinh);
        functions["tanh"] = (_, s) => One(s, "tanh", Math.Tanh);
        functions["ldexp"] = ScaleByPower;
        functions["frexp"] = Split;
        functions["random"] = Random;
        functions["randomseed"] = Seed;
    }

    /// <summary>The generator's state that redis-server starts with. It goes on from script to script.</summary>
    public const ulong InitialState = 0x1234ABCD330E;

    private static int Refuse(Stack stack, int index, string name)
        => stack.Fail($"bad argument #{index} to '{name}' (number expected, got {stack.TypeName(index)})");

    private static int One(Stack stack, string name, Func<double, double> operation)
    {
        if (!stack.TryNumber(1, out double value)) return Refuse(stack, 1, name);
        stack.Push(operation(value));
        return 1;
    }

    private static int ScaleByPower(LuaState state, Stack stack)
    {
        if (!stack.TryNumber(1, out double value)) return Refuse(stack, 1, "ldexp");
        if (!stack.TryNumber(2, out double power)) return Refuse(stack, 2, "ldexp");
        stack.Push(Math.ScaleB(value, (int)power));
        return 1;
    }

    private static int Split(LuaState state, Stack stack)
    {
        if (!stack.TryNumber(1, out double value)) return Refuse(stack, 1, "frexp");
        stack.Push(true);
        if (value == 0 || !double.IsFinite(value))
        {
            stack.Push(value);
            stack.Push(0.0);
            return 3;
        }

        int exponent = Math.ILogB(value) + 1;
        stack.Push(Math.ScaleB(value, -exponent));
        stack.Push((double)exponent);
        return 3;
    }

    private static int Random(LuaState state, Stack stack)
    {
        var owner = (LuaContext)state.Owner;
        if (owner.Run is null) return stack.Fail("math.random can only be called inside a script invocation"u8);
        owner.RandomState = ((owner.RandomState * 0x5DEECE66DUL) + 0xB) & Mask48;
        int drawn = (int)(owner.RandomState >> 17);
        double fraction = (double)(drawn % int.MaxValue) / int.MaxValue;
        int count = stack.Top;
        if (count == 0)
        {
            stack.Push(fraction);
            return 1;
        }

        if (count > 2) return stack.Fail("wrong number of arguments"u8);
        if (!stack.TryNumber(1, out double first)) return Refuse(stack, 1, "random");
        if (count == 1)
        {
            int upper = (int)first;
            if (upper < 1) return stack.Fail("bad argument #1 to 'random' (interval is empty)"u8);
            stack.Push(Math.Floor(fraction * upper) + 1);
            return 1;
        }

        if (!stack.TryNumber(2, out double second)) return Refuse(stack, 2, "random");
        int low = (int)first;
        int high = (int)second;
        if (low > high) return stack.Fail("bad argument #2 to 'random' (interval is empty)"u8);
        stack.Push(Math.Floor(fraction * unchecked(high - low + 1)) + low);
        return 1;
    }

    private static int Seed(LuaState state, Stack stack)
    {
        var owner = (LuaContext)state.Owner;
        if (owner.Run is null) return stack.Fail("math.randomseed can only be called inside a script invocation"u8);
        if (!stack.TryNumber(1, out double seed)) return Refuse(stack, 1, "randomseed");
        owner.RandomState = ((ulong)(uint)(int)(long)seed << 16) | 0x330E;
        return 0;
    }
}
