using ModularKv.Abstractions;
using ModularKv.Geo.Hashing;

namespace ModularKv.Geo.Commands;

/// <summary>Members and their positions: GEOADD, GEODIST, GEOHASH, GEOPOS.</summary>
internal sealed class GeoMemberCommands(GeoKeys keys)
{
    private const int Options = 2;

    /// <summary>GEOADD key [NX|XX] [CH] longitude latitude member [...]. Source: redis.io/commands/geoadd.</summary>
    public void Add(ref CommandContext call)
    {
        bool onlyNew = false, onlyExisting = false, countsChanges = false;
        int first = Options;
        for (; first < call.ArgumentCount; first++)
        {
            if (call.ArgumentIs(first, "nx"u8)) onlyNew = true;
            else if (call.ArgumentIs(first, "xx"u8)) onlyExisting = true;
            else if (call.ArgumentIs(first, "ch"u8)) countsChanges = true;
            else break;
        }

        int rest = call.ArgumentCount - first;
        if (rest == 0 || rest % 3 != 0 || (onlyNew && onlyExisting))
        {
            call.Reply.SyntaxError();
            return;
        }

        for (int i = first; i < call.ArgumentCount; i += 3)
        {
            if (!GeoArguments.TryPoint(ref call, i, out _)) return;
        }

        KeyRef key = call.Key(1);
        if (!keys.Accepts(ref call, call.Keys.FindForWrite(key))) return;
        ScoreCondition condition = onlyNew ? ScoreCondition.OnlyNew : onlyExisting ? ScoreCondition.OnlyExisting : ScoreCondition.Always;
        int added = 0, updated = 0;
        for (int i = first; i < call.ArgumentCount; i += 3)
        {
            ScoreChange change = keys.Type.Set(call.Keys, key, call.Argument(i + 2), ScoreAt(ref call, i), condition);
            if (change == ScoreChange.Added) added++;
            else if (change == ScoreChange.Updated) updated++;
        }

        if (added + updated > 0)
        {
            call.Changed(key, KeyEventClass.SortedSet, "zadd"u8, added + updated);
            Propagate(ref call, first);
        }

        call.Reply.Integer(countsChanges ? added + updated : added);
    }

    // The points are checked.
    private static long ScoreAt(ref CommandContext call, int index)
    {
        DoubleText.TryParse(call.Argument(index), out double longitude);
        DoubleText.TryParse(call.Argument(index + 1), out double latitude);
        return (long)GeoCell.Of(new GeoPoint(longitude, latitude), GeoCell.StepMax).FirstScore;
    }

    /// <summary>As ZADD, which Redis makes of it: whoever reads the stream needs no geo.</summary>
    private static void Propagate(ref CommandContext call, int first)
    {
        EffectBuilder effect = call.PropagateAs().Add("zadd"u8).Add(call.Argument(1));
        for (int i = Options; i < first; i++) effect.Add(call.Argument(i));
        for (int i = first; i < call.ArgumentCount; i += 3) effect.Add(ScoreAt(ref call, i)).Add(call.Argument(i + 2));
        effect.Send();
    }

    /// <summary>GEODIST key member1 member2 [M|KM|FT|MI]. Source: redis.io/commands/geodist.</summary>
    public void Distance(ref CommandContext call)
    {
        double metersPerUnit = 1;
        if (call.ArgumentCount == 5 && !GeoArguments.TryUnit(ref call, 4, out metersPerUnit)) return;
        if (call.ArgumentCount > 5)
        {
            call.Reply.SyntaxError();
            return;
        }

        Entry entry = call.Keys.Find(call.Key(1));
        if (!keys.Accepts(ref call, entry)) return;
        if (!TryPoint(entry, call.Argument(2), out GeoPoint first) || !TryPoint(entry, call.Argument(3), out GeoPoint second))
        {
            call.Reply.Null();
            return;
        }

        GeoReplies.Distance(call.Reply, first.MetersTo(second) / metersPerUnit);
    }

    /// <summary>GEOHASH key [member ...]. Source: redis.io/commands/geohash.</summary>
    public void Hash(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (!keys.Accepts(ref call, entry)) return;
        Span<byte> text = stackalloc byte[GeoText.HashLength];
        call.Reply.Array(call.ArgumentCount - 2);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (TryPoint(entry, call.Argument(i), out GeoPoint point))
            {
                GeoText.WriteHash(text, point);
                call.Reply.Bulk(text);
            }
            else
            {
                call.Reply.Null();
            }
        }
    }

    /// <summary>GEOPOS key [member ...]. Source: redis.io/commands/geopos.</summary>
    public void Position(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (!keys.Accepts(ref call, entry)) return;
        call.Reply.Array(call.ArgumentCount - 2);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            if (TryPoint(entry, call.Argument(i), out GeoPoint point)) GeoReplies.Point(call.Reply, point);
            else call.Reply.NullArray();
        }
    }

    private bool TryPoint(Entry entry, ReadOnlySpan<byte> member, out GeoPoint point)
    {
        point = default;
        if (entry.IsMissing || !keys.Type.TryGetScore(entry, member, out double score)) return false;
        point = GeoCell.PointOf(score);
        return true;
    }
}
