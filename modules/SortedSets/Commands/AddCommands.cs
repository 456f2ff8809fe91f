using ModularKv.Abstractions;

namespace ModularKv.SortedSets.Commands;

/// <summary>ZADD and ZINCRBY.</summary>
internal sealed class AddCommands(SortedSetStore store)
{
    private double[] _scores = new double[16];

    /// <summary>ZADD key [NX|XX] [GT|LT] [CH] [INCR] score member [score member ...]. Source: redis.io/commands/zadd.</summary>
    public void Add(ref CommandContext call) => Add(ref call, AddFlags.None);

    /// <summary>ZINCRBY key increment member. Source: redis.io/commands/zincrby.</summary>
    public void IncrementBy(ref CommandContext call) => Add(ref call, AddFlags.Increment);

    private void Add(ref CommandContext call, AddFlags flags)
    {
        int first = 2;
        for (; first < call.ArgumentCount; first++)
        {
            AddFlags option = OptionAt(ref call, first);
            if (option == AddFlags.None) break;
            flags |= option;
        }

        int rest = call.ArgumentCount - first;
        if (rest % 2 != 0 || rest == 0)
        {
            call.Reply.SyntaxError();
            return;
        }

        if (!AreCompatible(ref call, flags, rest / 2) || !TryReadScores(ref call, first)) return;
        AddAll(ref call, first, flags);
    }

    private void AddAll(ref CommandContext call, int first, AddFlags flags)
    {
        KeyRef key = call.Key(1);
        Entry entry = call.Keys.FindForWrite(key);
        if (!entry.IsMissing && !entry.Is(store.Type))
        {
            call.Reply.WrongType();
            return;
        }

        int added = 0, updated = 0;
        bool increment = (flags & AddFlags.Increment) != 0;
        AddOutcome outcome = AddOutcome.Refused;
        double score = 0;
        for (int i = first; i < call.ArgumentCount; i += 2)
        {
            score = _scores[(i - first) / 2];
            outcome = store.Add(call.Keys, key, ref entry, call.Argument(i + 1), ref score, flags);
            if (outcome == AddOutcome.Added) added++;
            else if (outcome == AddOutcome.Updated) updated++;
        }

        if (added + updated > 0)
        {
            call.Changed(key, KeyEventClass.SortedSet, increment ? "zincr"u8 : "zadd"u8, added + updated);
        }

        if (outcome == AddOutcome.NotANumber) call.Reply.Error("ERR resulting score is not a number (NaN)"u8);
        else if (!increment) call.Reply.Integer((flags & AddFlags.CountChanged) != 0 ? added + updated : added);
        else if (outcome == AddOutcome.Refused) call.Reply.Null();
        else call.Reply.Double(score);
    }

    private static AddFlags OptionAt(ref CommandContext call, int index)
    {
        // A score begins with a digit far more often than with a letter.
        ReadOnlySpan<byte> text = call.Argument(index);
        if (text.Length is not (2 or 4) || text[0] <= '9') return AddFlags.None;
        if (Words.EqualsIgnoreCase(text, "nx"u8)) return AddFlags.OnlyNew;
        if (Words.EqualsIgnoreCase(text, "xx"u8)) return AddFlags.OnlyExisting;
        if (Words.EqualsIgnoreCase(text, "ch"u8)) return AddFlags.CountChanged;
        if (Words.EqualsIgnoreCase(text, "incr"u8)) return AddFlags.Increment;
        if (Words.EqualsIgnoreCase(text, "gt"u8)) return AddFlags.OnlyGreater;
        return Words.EqualsIgnoreCase(text, "lt"u8) ? AddFlags.OnlyLess : AddFlags.None;
    }

    private static bool AreCompatible(ref CommandContext call, AddFlags flags, int pairs)
    {
        if ((flags & ~AddFlags.CountChanged) == AddFlags.None) return true;
        bool isNew = (flags & AddFlags.OnlyNew) != 0;
        bool greater = (flags & AddFlags.OnlyGreater) != 0, less = (flags & AddFlags.OnlyLess) != 0;
        if (isNew && (flags & AddFlags.OnlyExisting) != 0)
        {
            call.Reply.Error("ERR XX and NX options at the same time are not compatible"u8);
        }
        else if ((greater && isNew) || (less && isNew) || (greater && less))
        {
            call.Reply.Error("ERR GT, LT, and/or NX options at the same time are not compatible"u8);
        }
        else if ((flags & AddFlags.Increment) != 0 && pairs > 1)
        {
            call.Reply.Error("ERR INCR option supports a single increment-element pair"u8);
        }
        else
        {
            return true;
        }

        return false;
    }

    /// <summary>All scores before anything is changed: the command runs whole or not at all.</summary>
    private bool TryReadScores(ref CommandContext call, int first)
    {
        // A list of scores longer than this is not kept for the next call.
        const int KeptMax = 4096;
        int pairs = (call.ArgumentCount - first) / 2;
        if (_scores.Length < pairs || (_scores.Length > KeptMax && pairs <= KeptMax)) _scores = new double[Math.Max(pairs, 16)];
        for (int i = 0; i < pairs; i++)
        {
            if (DoubleText.TryParse(call.Argument(first + (i * 2)), out _scores[i])) continue;
            call.Reply.NotAFloat();
            return false;
        }

        return true;
    }
}
