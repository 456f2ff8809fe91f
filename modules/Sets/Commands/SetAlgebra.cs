using ModularKv.Abstractions;

namespace ModularKv.Sets.Commands;

/// <summary>Intersections, unions and differences.</summary>
internal sealed class SetAlgebra(SetStore store)
{
    private readonly SetDraft _draft = new(store);
    private SetView[] _sets = new SetView[8];

    /// <summary>SINTER key [key ...]. Source: redis.io/commands/sinter.</summary>
    public void Intersect(ref CommandContext call)
    {
        if (!TryRead(ref call, 1, call.ArgumentCount - 1, out Span<SetView> sets)) return;
        if (!TrySortForIntersection(sets))
        {
            call.Reply.Set(0);
            return;
        }

        if (sets.Length == 1)
        {
            call.Reply.Set(sets[0].Count);
            sets[0].Reply(call.Reply);
            return;
        }

        ReplyWith(call.Reply, new SetSieve(sets[0], sets[1..], inAll: true));
    }

    /// <summary>SINTERSTORE destination key [key ...]. Source: redis.io/commands/sinterstore.</summary>
    public void IntersectAndStore(ref CommandContext call)
    {
        if (!TryRead(ref call, 2, call.ArgumentCount - 2, out Span<SetView> sets)) return;
        if (TrySortForIntersection(sets)) Collect(new SetSieve(sets[0], sets[1..], inAll: true));
        Store(ref call, "sinterstore"u8);
    }

    /// <summary>SINTERCARD numkeys key [key ...] [LIMIT limit]. Source: redis.io/commands/sintercard.</summary>
    public void CountIntersection(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(1), out long count) || count < 1)
        {
            call.Reply.Error("ERR numkeys should be greater than 0"u8);
            return;
        }

        if (count > call.ArgumentCount - 2)
        {
            call.Reply.Error("ERR Number of keys can't be greater than number of args"u8);
            return;
        }

        long limit = 0;
        for (int i = 2 + (int)count; i < call.ArgumentCount; i++)
        {
            if (!call.ArgumentIs(i, "limit"u8) || i + 1 == call.ArgumentCount)
            {
                call.Reply.SyntaxError();
                return;
            }

            if (NumberText.TryParse(call.Argument(++i), out limit) && limit >= 0) continue;
            call.Reply.Error("ERR LIMIT can't be negative"u8);
            return;
        }

        if (!TryRead(ref call, 2, (int)count, out Span<SetView> sets)) return;
        long found = 0;
        if (TrySortForIntersection(sets))
        {
            SetSieve sieve = new(sets[0], sets[1..], inAll: true);
            while ((limit == 0 || found < limit) && sieve.MoveNext(out _)) found++;
        }

        call.Reply.Integer(found);
    }

    /// <summary>SUNION key [key ...]. Source: redis.io/commands/sunion.</summary>
    public void Unite(ref CommandContext call)
    {
        if (!TryRead(ref call, 1, call.ArgumentCount - 1, out Span<SetView> sets)) return;
        if (sets.Length == 1)
        {
            call.Reply.Set(sets[0].Count);
            sets[0].Reply(call.Reply);
            return;
        }

        foreach (SetView set in sets) _draft.AddAll(set);
        ReplyDraft(call.Reply);
    }

    /// <summary>SUNIONSTORE destination key [key ...]. Source: redis.io/commands/sunionstore.</summary>
    public void UniteAndStore(ref CommandContext call)
    {
        if (!TryRead(ref call, 2, call.ArgumentCount - 2, out Span<SetView> sets)) return;
        foreach (SetView set in sets) _draft.AddAll(set);
        Store(ref call, "sunionstore"u8);
    }

    /// <summary>SDIFF key [key ...]. Source: redis.io/commands/sdiff.</summary>
    public void Subtract(ref CommandContext call)
    {
        if (!TryRead(ref call, 1, call.ArgumentCount - 1, out Span<SetView> sets)) return;
        switch (WayToSubtract(sets))
        {
            case Way.None:
                call.Reply.Set(0);
                break;
            case Way.AskOthers:
                ReplyWith(call.Reply, new SetSieve(sets[0], sets[1..], inAll: false));
                break;
            default:
                RemoveOthers(sets);
                ReplyDraft(call.Reply);
                break;
        }
    }

    /// <summary>SDIFFSTORE destination key [key ...]. Source: redis.io/commands/sdiffstore.</summary>
    public void SubtractAndStore(ref CommandContext call)
    {
        if (!TryRead(ref call, 2, call.ArgumentCount - 2, out Span<SetView> sets)) return;
        Way way = WayToSubtract(sets);
        if (way == Way.AskOthers) Collect(new SetSieve(sets[0], sets[1..], inAll: false));
        else if (way == Way.RemoveOthers) RemoveOthers(sets);
        Store(ref call, "sdiffstore"u8);
    }

    /// <summary>Looks all keys up; missing ones are empty sets.</summary>
    /// <returns>False: one holds something else, the error is replied.</returns>
    private bool TryRead(ref CommandContext call, int first, int count, out Span<SetView> sets)
    {
        if (_sets.Length < count) _sets = new SetView[Math.Max(count, _sets.Length * 2)];
        sets = _sets.AsSpan(0, count);
        for (int i = 0; i < count; i++)
        {
            // Looking a key up may remove another one that has expired, but moves no record.
            Entry entry = call.Keys.Find(call.Key(first + i));
            if (!entry.IsMissing && !entry.Is(store.Type))
            {
                call.Reply.WrongType();
                return false;
            }

            sets[i] = entry.IsMissing ? default : SetView.Of(entry);
        }

        return true;
    }

    /// <summary>Smallest first.</summary>
    /// <returns>False: one is empty, and so is the intersection.</returns>
    private static bool TrySortForIntersection(Span<SetView> sets)
    {
        foreach (SetView set in sets)
        {
            if (set.IsMissing) return false;
        }

        sets.Sort(static (a, b) => a.Count.CompareTo(b.Count));
        return true;
    }

    private enum Way
    {
        /// <summary>The difference is empty.</summary>
        None,

        /// <summary>Ask the other sets for each member of the first.</summary>
        AskOthers,

        /// <summary>Copy the first and remove the members of the others.</summary>
        RemoveOthers,
    }

    // Redis's choice, because the encoding of the result depends on it. Source: sunionDiffGenericCommand.
    private static Way WayToSubtract(Span<SetView> sets)
    {
        if (sets[0].IsMissing) return Way.None;
        long first = sets[0].Count, asking = 0, removing = 0;
        for (int i = 0; i < sets.Length; i++)
        {
            if (sets[i].IsMissing) continue;
            if (i > 0 && SetView.AreSame(sets[0], sets[i])) return Way.None;
            asking += first;
            removing += sets[i].Count;
        }

        if (asking / 2 > removing) return Way.RemoveOthers;
        sets[1..].Sort(static (a, b) => b.Count.CompareTo(a.Count));
        return Way.AskOthers;
    }

    private void RemoveOthers(Span<SetView> sets)
    {
        _draft.AddAll(sets[0]);
        for (int i = 1; i < sets.Length && _draft.Count > 0; i++) _draft.RemoveAll(sets[i]);
    }

    private void Collect(SetSieve sieve)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        while (sieve.MoveNext(out SetMember member)) _draft.Add(member.Text(digits));
    }

    private static void ReplyWith(ReplyWriter reply, SetSieve sieve)
    {
        DeferredLength length = reply.Defer();
        long count = 0;
        for (; sieve.MoveNext(out SetMember member); count++) member.Reply(reply);
        reply.Finish(length, Aggregate.Set, count);
    }

    private void ReplyDraft(ReplyWriter reply)
    {
        reply.Set(_draft.Count);
        _draft.Reply(reply);
        _draft.Discard();
    }

    // What stands in the draft replaces the destination, whatever that was.
    private void Store(ref CommandContext call, ReadOnlySpan<byte> eventName)
    {
        KeyRef destination = call.Key(1);
        long count = _draft.Count;
        if (count > 0)
        {
            _draft.Store(call.Keys, destination);
            call.Changed(destination, KeyEventClass.Set, eventName);
        }
        else
        {
            _draft.Discard();
            if (call.Keys.Delete(destination)) call.Changed(destination, KeyEventClass.Generic, "del"u8);
        }

        call.Reply.Integer(count);
    }
}
