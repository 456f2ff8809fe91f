using ModularKv.Abstractions;
using ModularKv.Geo.Hashing;

namespace ModularKv.Geo.Commands;

/// <summary>Reads the arguments of a search in Redis's order, which decides about the error. Source: georadiusGeneric.</summary>
internal sealed class GeoQueryParser(GeoKeys keys)
{
    /// <summary>Reads all arguments; replies where that fails.</summary>
    /// <param name="call">The call.</param>
    /// <param name="form">Which command.</param>
    /// <param name="source">The sorted set, or missing: then the position of a member cannot be known, and is not asked for.</param>
    /// <param name="query">What is asked for.</param>
    public bool TryParse(scoped ref CommandContext call, GeoForm form, Entry source, out GeoQuery query)
    {
        query = default;
        int options;
        if (form.HasFlag(GeoForm.Search))
        {
            options = form.HasFlag(GeoForm.Store) ? 3 : 2;
            if (form.HasFlag(GeoForm.Store)) query.StoreKey = 1;
        }
        else if (form.HasFlag(GeoForm.ByMember))
        {
            options = 5;
            if (!source.IsMissing
                && (!TryMember(ref call, source, 2, ref query) || !TryRadius(ref call, 3, ref query))) return false;
        }
        else
        {
            options = 6;
            if (!GeoArguments.TryPoint(ref call, 2, out query.Shape.Center) || !TryRadius(ref call, 4, ref query)) return false;
        }

        for (int i = options; i < call.ArgumentCount; i++)
        {
            if (TryFlag(ref call, i, ref query)) continue;
            int before = i;
            if (!TryValue(ref call, form, source, ref i, ref query)) return false;
            if (i != before || (form.HasFlag(GeoForm.Store) && call.ArgumentIs(i, "storedist"u8))) continue;
            call.Reply.SyntaxError();
            return false;
        }

        return IsWhole(ref call, form, ref query);
    }

    /// <summary>Options of one word.</summary>
    private static bool TryFlag(ref CommandContext call, int index, ref GeoQuery query)
    {
        if (call.ArgumentIs(index, "withdist"u8)) query.WithDistance = true;
        else if (call.ArgumentIs(index, "withhash"u8)) query.WithHash = true;
        else if (call.ArgumentIs(index, "withcoord"u8)) query.WithPoint = true;
        else if (call.ArgumentIs(index, "any"u8)) query.Any = true;
        else if (call.ArgumentIs(index, "asc"u8)) query.Sort = GeoSort.Ascending;
        else if (call.ArgumentIs(index, "desc"u8)) query.Sort = GeoSort.Descending;
        else return false;
        return true;
    }

    /// <summary>Options with values: moves the index over them.</summary>
    /// <returns>False: an error was replied. True without a move: there is no such option here.</returns>
    private bool TryValue(scoped ref CommandContext call, GeoForm form, Entry source, ref int index, ref GeoQuery query)
    {
        int left = call.ArgumentCount - index - 1;
        int at = index;
        bool searches = form.HasFlag(GeoForm.Search);
        bool mayStore = !searches && !form.HasFlag(GeoForm.NoStore);
        if (left >= 1 && call.ArgumentIs(at, "count"u8))
        {
            index++;
            return TryCount(ref call, index, ref query);
        }

        if (left >= 1 && mayStore && (call.ArgumentIs(at, "store"u8) || call.ArgumentIs(at, "storedist"u8)))
        {
            query.StoresDistance = call.ArgumentIs(at, "storedist"u8);
            query.StoreKey = ++index;
        }
        else if (form.HasFlag(GeoForm.Store) && call.ArgumentIs(at, "storedist"u8))
        {
            query.StoresDistance = true;
        }
        else if (left >= 1 && searches && !query.FromPoint && call.ArgumentIs(at, "frommember"u8))
        {
            index++;
            query.FromMember = true;
            return source.IsMissing || TryMember(ref call, source, index, ref query);
        }
        else if (left >= 2 && searches && !query.FromMember && call.ArgumentIs(at, "fromlonlat"u8))
        {
            index += 2;
            query.FromPoint = true;
            return GeoArguments.TryPoint(ref call, at + 1, out query.Shape.Center);
        }
        else if (left >= 2 && searches && !query.ByBox && call.ArgumentIs(at, "byradius"u8))
        {
            index += 2;
            query.ByRadius = true;
            return TryRadius(ref call, at + 1, ref query);
        }
        else if (left >= 3 && searches && !query.ByRadius && call.ArgumentIs(at, "bybox"u8))
        {
            index += 3;
            query.ByBox = query.Shape.IsBox = true;
            return GeoArguments.TryBox(ref call, at + 1, out query.Shape.Width, out query.Shape.Height, out query.Shape.MetersPerUnit);
        }

        return true;
    }

    private static bool TryRadius(ref CommandContext call, int index, ref GeoQuery query) =>
        GeoArguments.TryRadius(ref call, index, out query.Shape.Radius, out query.Shape.MetersPerUnit);

    private bool TryMember(scoped ref CommandContext call, Entry source, int index, ref GeoQuery query)
    {
        if (keys.Type.TryGetScore(source, call.Argument(index), out double score))
        {
            query.Shape.Center = GeoCell.PointOf(score);
            return true;
        }

        call.Reply.Error("ERR could not decode requested zset member"u8);
        return false;
    }

    private static bool TryCount(ref CommandContext call, int index, ref GeoQuery query)
    {
        if (!NumberText.TryParse(call.Argument(index), out query.Count))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        if (query.Count > 0) return true;
        call.Reply.Error("ERR COUNT must be > 0"u8);
        return false;
    }

    /// <summary>What fits together, once everything is read.</summary>
    private static bool IsWhole(ref CommandContext call, GeoForm form, ref GeoQuery query)
    {
        bool searches = form.HasFlag(GeoForm.Search);
        ReadOnlySpan<byte> name = Words.Shown(call.Argument(0));
        if (query.StoreKey > 0 && query.HasDetails)
        {
            ReadOnlySpan<byte> what = searches ? "GEOSEARCHSTORE"u8 : "STORE option in GEORADIUS"u8;
            call.Reply.Error([.. "ERR "u8, .. what, .. " is not compatible with WITHDIST, WITHHASH and WITHCOORD options"u8]);
        }
        else if (searches && !query.FromMember && !query.FromPoint)
        {
            call.Reply.Error([.. "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for "u8, .. name]);
        }
        else if (searches && !query.ByRadius && !query.ByBox)
        {
            call.Reply.Error([.. "ERR exactly one of BYRADIUS and BYBOX can be specified for "u8, .. name]);
        }
        else if (query.Any && query.Count == 0)
        {
            call.Reply.Error("ERR the ANY argument requires COUNT argument"u8);
        }
        else
        {
            return true;
        }

        return false;
    }
}
