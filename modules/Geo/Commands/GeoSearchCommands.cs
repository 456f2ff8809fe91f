using ModularKv.Abstractions;
using ModularKv.Geo.Search;

namespace ModularKv.Geo.Commands;

/// <summary>Members near a place: GEOSEARCH, GEOSEARCHSTORE and the GEORADIUS family, which is one command in many forms.</summary>
internal sealed class GeoSearchCommands(GeoKeys keys)
{
    private readonly GeoQueryParser _parser = new(keys);
    private readonly GeoHits _hits = new();

    /// <summary>GEORADIUS key longitude latitude radius unit [options]. Source: redis.io/commands/georadius.</summary>
    public void Radius(ref CommandContext call) => Run(ref call, GeoForm.None);

    /// <summary>GEORADIUS_RO: the same without STORE.</summary>
    public void RadiusReadOnly(ref CommandContext call) => Run(ref call, GeoForm.NoStore);

    /// <summary>GEORADIUSBYMEMBER key member radius unit [options]. Source: redis.io/commands/georadiusbymember.</summary>
    public void RadiusByMember(ref CommandContext call) => Run(ref call, GeoForm.ByMember);

    /// <summary>GEORADIUSBYMEMBER_RO: the same without STORE.</summary>
    public void RadiusByMemberReadOnly(ref CommandContext call) => Run(ref call, GeoForm.ByMember | GeoForm.NoStore);

    /// <summary>GEOSEARCH key FROMMEMBER|FROMLONLAT ... BYRADIUS|BYBOX ... [options]. Source: redis.io/commands/geosearch.</summary>
    public void Search(ref CommandContext call) => Run(ref call, GeoForm.Search);

    /// <summary>GEOSEARCHSTORE destination source ... [STOREDIST]. Source: redis.io/commands/geosearchstore.</summary>
    public void SearchStore(ref CommandContext call) => Run(ref call, GeoForm.Search | GeoForm.Store);

    private void Run(ref CommandContext call, GeoForm form)
    {
        Entry source = call.Keys.Find(call.Key(form.HasFlag(GeoForm.Store) ? 2 : 1));
        if (!keys.Accepts(ref call, source) || !_parser.TryParse(ref call, form, source, out GeoQuery query)) return;
        if (source.IsMissing)
        {
            if (query.StoreKey > 0) Delete(ref call, query.StoreKey);
            else call.Reply.Array(0);
            return;
        }

        // The first so many make sense only in an order, unless any will do.
        if (query.Count > 0 && query.Sort == GeoSort.None && !query.Any) query.Sort = GeoSort.Ascending;
        bool needsMeters = query.Sort != GeoSort.None || query.WithDistance || query.StoresDistance;
        _hits.Search(keys.Type, source, query.Shape, query.Any ? query.Count : 0, needsMeters);
        int wanted = query.Count > 0 ? (int)Math.Min(query.Count, _hits.Count) : _hits.Count;
        if (query.Sort != GeoSort.None && wanted > 0) _hits.Sort(wanted, query.Sort == GeoSort.Descending);
        if (query.StoreKey == 0) Reply(call.Reply, query, wanted);
        else if (wanted == 0) Delete(ref call, query.StoreKey);
        else Store(ref call, form, query, wanted);
        _hits.Release();
    }

    private void Reply(ReplyWriter reply, in GeoQuery query, int wanted)
    {
        reply.Array(wanted);
        int parts = 1 + (query.WithDistance ? 1 : 0) + (query.WithHash ? 1 : 0) + (query.WithPoint ? 1 : 0);
        for (int i = 0; i < wanted; i++)
        {
            ref readonly GeoHit hit = ref _hits.Get(i, query.Sort != GeoSort.None);
            if (parts > 1) reply.Array(parts);
            reply.Bulk(_hits.NameOf(hit));
            if (query.WithDistance) GeoReplies.Distance(reply, hit.Meters / query.Shape.MetersPerUnit);
            if (query.WithHash) reply.Integer((long)hit.Score);
            if (query.WithPoint) GeoReplies.Point(reply, hit.Point);
        }
    }

    private void Store(ref CommandContext call, GeoForm form, in GeoQuery query, int wanted)
    {
        // The target may be the source: by now all hits are copied.
        KeyRef target = call.Key(query.StoreKey);
        call.Keys.Delete(target);
        for (int i = 0; i < wanted; i++)
        {
            ref readonly GeoHit hit = ref _hits.Get(i, query.Sort != GeoSort.None);
            double score = query.StoresDistance ? hit.Meters / query.Shape.MetersPerUnit : hit.Score;
            keys.Type.Set(call.Keys, target, _hits.NameOf(hit), score, ScoreCondition.Always);
        }

        ReadOnlySpan<byte> name = form.HasFlag(GeoForm.Search) ? "geosearchstore"u8 : "georadiusstore"u8;
        call.Changed(target, KeyEventClass.SortedSet, name, wanted);
        call.Reply.Integer(wanted);
    }

    private static void Delete(ref CommandContext call, int index)
    {
        KeyRef target = call.Key(index);
        if (call.Keys.Delete(target)) call.Changed(target, KeyEventClass.Generic, "del"u8);
        call.Reply.Integer(0);
    }
}
