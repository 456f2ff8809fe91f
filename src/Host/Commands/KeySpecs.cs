using ModularKv.Abstractions;

namespace ModularKv.Host.Commands;

/// <summary>Evaluates key specifications. Source: redis.io/docs/reference/key-specs, getKeysUsingKeySpecs.</summary>
internal static class KeySpecs
{
    /// <summary>Whether the specs alone do not tell the keys in the form of first, last and step.</summary>
    /// <remarks>Source: populateCommandLegacyRangeSpec. A finder alone does not make keys movable: SET has one for the flags of its
    /// key.</remarks>
    public static bool AreMovable(CommandSpec spec)
    {
        int previousLast = 0;
        foreach (KeySpec key in spec.Keys)
        {
            if (key.BeginUnknown || key.Keyword is not null || key.Find != KeyFind.Range) return true;
            if (key.Flags.HasFlag(KeyFlags.Incomplete)) return true;
            if (spec.Keys.Length > 1 && key.Step != 1) return true;
            if (previousLast != 0 && previousLast != key.Index - 1) return true;
            previousLast = key.LastKey < 0 ? key.LastKey : key.Index + key.LastKey;
        }

        return false;
    }

    /// <summary>Computes first key, last key and step as COMMAND has shown them since before key specs.</summary>
    public static void SetLegacy(Command command)
    {
        int first = int.MaxValue, last = 0, step = 0, previousLast = 0;
        foreach (KeySpec spec in command.Spec.Keys)
        {
            if (spec.BeginUnknown || spec.Keyword is not null || spec.Find != KeyFind.Range) continue;
            if (previousLast != 0 && previousLast != spec.Index - 1) continue;
            if (step != 0 && step != spec.Step) continue;
            first = Math.Min(first, spec.Index);
            step = spec.Step;
            int end = spec.LastKey < 0 ? spec.LastKey : spec.Index + spec.LastKey;
            previousLast = last = end;
        }

        if (first == int.MaxValue) return;
        command.FirstKey = first;
        command.LastKey = last;
        command.KeyStep = Math.Max(1, step);
    }

    /// <summary>Finds the keys of a call. False: the arguments are malformed.</summary>
    public static bool Find(Command command, ArgumentList arguments, KeyPositions keys)
    {
        keys.Clear();
        CommandSpec spec = command.Spec;
        if (spec.FindKeys is { } finder) return finder(arguments, keys);
        foreach (KeySpec keySpec in spec.Keys)
        {
            if (keySpec.BeginUnknown || keySpec.Find == KeyFind.Unknown) return false;
            int begin = Begin(keySpec, arguments);
            if (begin < 0) continue;
            if (!Collect(keySpec, begin, arguments, keys)) return false;
        }

        return true;
    }

    private static int Begin(KeySpec spec, ArgumentList arguments)
    {
        if (spec.Keyword is null) return spec.Index;
        byte[] word = spec.KeywordBytes;
        int step = spec.StartFrom > 0 ? 1 : -1;
        int at = spec.StartFrom > 0 ? spec.StartFrom : arguments.Count + spec.StartFrom;
        for (; at > 0 && at < arguments.Count; at += step)
        {
            if (arguments.Is(at, word)) return at + 1;
        }

        return -1;
    }

    private static bool Collect(KeySpec spec, int begin, ArgumentList arguments, KeyPositions keys)
    {
        int step = spec.Step, first = begin;
        long last;
        if (spec.Find == KeyFind.KeyNum)
        {
            int at = begin + spec.KeyNumIndex;
            if (at >= arguments.Count) return false;
            if (!NumberText.TryParse(arguments[at], out long count) || count is < 0 or > int.MaxValue) return false;
            first = begin + spec.FirstKey;
            last = first + ((count - 1) * step);
            if (last >= arguments.Count) return false;
        }
        else if (spec.LastKey >= 0)
        {
            last = begin + spec.LastKey;
        }
        else
        {
            last = spec.Limit <= 1
                ? arguments.Count + spec.LastKey
                : begin + ((arguments.Count - begin) / spec.Limit) + spec.LastKey;
        }

        for (int i = first; i <= last; i += step)
        {
            if (i >= arguments.Count) return false;
            keys.Add(i, spec.Flags);
        }

        return true;
    }
}
