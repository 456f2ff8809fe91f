using ModularKv.Lua.Unsafe;

namespace ModularKv.Lua.Libraries;

/// <summary>string.find and its kin for patterns that may take for ever: see <see cref="PatternMatch"/>.</summary>
internal static class Patterns
{
    public static void AddTo(Dictionary<string, LuaFunction> functions)
    {
        functions["pattern_find"] = static (state, stack) => Run(state, stack, givesPlaces: true, givesWhole: false);
        functions["pattern_match"] = static (state, stack) => Run(state, stack, givesPlaces: false, givesWhole: true);
        functions["pattern_step"] = static (state, stack) => Run(state, stack, givesPlaces: true, givesWhole: true);
    }

    /// <summary>
    /// (text, pattern, first place): true and what was asked for (nothing where there is no match), or false and the error.
    /// </summary>
    private static int Run(LuaState state, Stack stack, bool givesPlaces, bool givesWhole)
    {
        ReadOnlySpan<byte> text = stack.Bytes(1);
        ReadOnlySpan<byte> pattern = stack.Bytes(2);
        bool isAnchored = pattern.Length > 0 && pattern[0] == '^';
        if (isAnchored) pattern = pattern[1..];
        long from = stack.Integer(3);
        if (from < 0) from = Math.Max(0, text.Length + from);
        else if (from > 0) from--;
        stack.Ensure(PatternMatch.CapturesMax + 4);
        if (from > text.Length)
        {
            stack.Push(true);
            return 1;
        }

        var match = new PatternMatch(
            text, pattern, stackalloc int[PatternMatch.CapturesMax], stackalloc int[PatternMatch.CapturesMax], state.MustStop!);
        int start = match.Find((int)from, isAnchored, out int end);
        if (match.Error is { } error)
        {
            // The script is ending: what it gets does not matter.
            if (state.MustStop!()) state.Stop(stack.Handle);
            stack.Push(false);
            stack.Push(System.Text.Encoding.ASCII.GetBytes(error));
            return 2;
        }

        stack.Push(true);
        if (start < 0) return 1;
        int top = stack.Top;
        if (givesPlaces)
        {
            stack.Push((double)(start + 1));
            stack.Push((double)end);
        }

        for (int i = 0; i < match.Captures; i++)
        {
            if (match.Lengths[i] == PatternMatch.Unfinished) return Unfinished(stack);
            if (match.Lengths[i] == PatternMatch.Place) stack.Push((double)(match.Starts[i] + 1));
            else stack.Push(text.Slice(match.Starts[i], match.Lengths[i]));
        }

        if (match.Captures == 0 && givesWhole) stack.Push(text[start..end]);
        return 1 + stack.Top - top;
    }

    private static int Unfinished(Stack stack)
    {
        stack.Push(false);
        stack.Push("unfinished capture"u8);
        return 2;
    }
}
