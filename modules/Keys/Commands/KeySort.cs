using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>SORT and SORT_RO. Know the types of elements, fields and lists only by their interfaces.</summary>
internal sealed class KeySort(Settings settings)
{
    /// <summary>SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC|DESC] [ALPHA] [STORE destination].</summary>
    /// <remarks>Source: redis.io/commands/sort.</remarks>
    public void Sort(ref CommandContext call) => Sort(ref call, readOnly: false);

    /// <summary>SORT_RO: without STORE. Source: redis.io/commands/sort_ro.</summary>
    public void SortReadOnly(ref CommandContext call) => Sort(ref call, readOnly: true);

    private void Sort(ref CommandContext call, bool readOnly)
    {
        if (!SortOptions.TryRead(ref call, readOnly, settings.IsCluster, out SortOptions options)) return;

        Entry entry = call.Keys.Find(call.Key(1));
        ISortableType? type = entry.IsMissing ? null : call.Server.Types.Of(entry) as ISortableType;
        if (type is null && !entry.IsMissing)
        {
            call.Reply.WrongType();
            return;
        }

        bool forScript = (call.Client.Flags & ClientFlags.Virtual) != 0;
        if (options.DoNotSort && type is { IsOrdered: false } && (options.Store != 0 || forScript))
        {
            // The order of a hash table differs between servers: what is stored or read by a script must not.
            options.DoNotSort = false;
            options.Alpha = true;
            options.By = 0;
        }

        int length = type is null ? 0 : checked((int)type.Length(entry));
        SortRange range = SortRange.Of(options.Offset, options.Count, length);
        SortVector vector = Load(entry, type, options, range, length);
        if (!options.DoNotSort)
        {
            if (!TryWeigh(ref call, options, vector))
            {
                call.Reply.Error("ERR One or more scores can't be converted into double"u8);
                return;
            }

            vector.Sort(OrderOf(options));
        }

        int first = options.DoNotSort ? 0 : range.Start;
        if (options.Store == 0) Reply(ref call, options, vector, first, range.Count);
        else Store(ref call, options, vector, first, range.Count);
    }

    /// <summary>All elements, or, where their order is final, only those that LIMIT lets through.</summary>
    private static SortVector Load(Entry entry, ISortableType? type, in SortOptions options, SortRange range, int length)
    {
        SortVector vector = new(options.DoNotSort ? range : new SortRange(0, length));
        if (length > 0) type?.ForEach(entry, options.DoNotSort && options.Descending, vector);
        return vector;
    }

    private static SortOrder OrderOf(in SortOptions options)
        => (options.Descending ? SortOrder.Descending : 0) | (options.Alpha ? SortOrder.Text : 0)
            | (options.By != 0 ? SortOrder.ByPattern : 0) | (options.Store != 0 ? SortOrder.Binary : 0);

    /// <returns>False: an element is no number.</returns>
    private static bool TryWeigh(ref CommandContext call, in SortOptions options, SortVector vector)
    {
        if (options.By == 0 && options.Alpha) return true;

        SortLookup lookup = new(call.Server.Types);
        SortPattern by = new(options.By == 0 ? "#"u8 : call.Argument(options.By));
        bool allNumbers = true;
        for (int i = 0; i < vector.Count; i++)
        {
            if (!lookup.TryRead(call.Keys, by, vector[i], out ReadOnlySpan<byte> weight)) continue;
            if (options.Alpha)
            {
                vector.SetText(i, weight);
            }
            else if (SortScore.TryParse(weight, out double score))
            {
                vector.SetScore(i, score);
            }
            else
            {
                // Redis looks every weight up before it answers: hits, misses and access clocks are part of the behaviour.
                allNumbers = false;
            }
        }

        return allNumbers;
    }

    private static void Reply(ref CommandContext call, in SortOptions options, SortVector vector, int first, int count)
    {
        if (options.Gets == 0)
        {
            call.Reply.Array(count);
            for (int i = first; i < first + count; i++) call.Reply.Bulk(vector[i]);
            return;
        }

        SortLookup lookup = new(call.Server.Types);
        call.Reply.Array((long)count * options.Gets);
        for (int i = first; i < first + count; i++)
        {
            for (int get = SortOptions.NextGet(ref call, 2); get != 0; get = SortOptions.NextGet(ref call, get + 1))
            {
                bool found = lookup.TryRead(call.Keys, new SortPattern(call.Argument(get)), vector[i], out ReadOnlySpan<byte> content);
                if (found) call.Reply.Bulk(content); else call.Reply.Null();
            }
        }
    }

    private static void Store(ref CommandContext call, in SortOptions options, SortVector vector, int first, int count)
    {
        KeyRef destination = call.Key(options.Store);
        if (count == 0)
        {
            if (call.Keys.Delete(destination)) call.Changed(destination, KeyEventClass.Generic, "del"u8);
            call.Reply.Integer(0);
            return;
        }

        IListBuilder? builder = FindBuilder(call.Server.Types);
        if (builder is null)
        {
            call.Reply.Error("ERR SORT STORE needs a module that provides lists"u8);
            return;
        }

        List<byte[]> elements = Collect(ref call, options, vector, first, count);
        builder.Store(call.Keys, destination, elements);
        call.Changed(destination, KeyEventClass.List, "sortstore"u8, elements.Count);
        call.Reply.Integer(elements.Count);
    }

    private static List<byte[]> Collect(ref CommandContext call, in SortOptions options, SortVector vector, int first, int count)
    {
        List<byte[]> elements = new(checked(count * Math.Max(options.Gets, 1)));
        SortLookup lookup = new(call.Server.Types);
        for (int i = first; i < first + count; i++)
        {
            if (options.Gets == 0)
            {
                elements.Add(vector[i].ToArray());
                continue;
            }

            for (int get = SortOptions.NextGet(ref call, 2); get != 0; get = SortOptions.NextGet(ref call, get + 1))
            {
                // A list cannot hold null: what is missing becomes an empty element.
                bool found = lookup.TryRead(call.Keys, new SortPattern(call.Argument(get)), vector[i], out ReadOnlySpan<byte> content);
                elements.Add(found ? content.ToArray() : []);
            }
        }

        return elements;
    }

    private static IListBuilder? FindBuilder(IDataTypes types)
    {
        foreach (DataType type in types.All)
        {
            if (type is IListBuilder builder) return builder;
        }

        return null;
    }
}
