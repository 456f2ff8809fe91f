using ModularKv.Abstractions;
using ModularKv.Hashes.Encodings;

namespace ModularKv.Hashes.Expiry;

/// <summary>
/// Decides which fields have expired for whom, and removes them: the one place that does. A field has expired when its time is before now;
/// whoever comes across it removes it, and the rest goes in slices of a timer.
/// </summary>
internal sealed class FieldExpiry(HashWriter writer, ExpiryQueue queue, HashType type) : IFieldExpiry
{
    /// <summary>Longest stay of the timer, microseconds.</summary>
    private const long SliceMicros = 1000;

    /// <summary>Fields of one hash that go before the clock is looked at again.</summary>
    private const int FieldsPerVisit = 128;

    /// <summary>When a slice did not suffice, the next one follows after so many milliseconds.</summary>
    private const long PauseMs = 4;

    /// <summary>Entries of the queue that are looked at per database and tick.</summary>
    private const int ChecksPerTick = 16;

    private const int BlocksPerTick = 256;

    private Action? _sweep;
    private bool _sweepsSoon;

    /// <summary>The server; set before the first key is touched.</summary>
    public IServer Server { get; set; } = null!;

    /// <summary>When to look at which hash.</summary>
    public ExpiryQueue Queue => queue;

    // A server that follows another one hides expired fields and waits for its master's word; that role would be asked for here.
    private bool Removes
        => !Server.Loading.Active && !Server.Debug.AllowAccessExpired && Server.Clients.PauseState == PauseState.None;

    /// <inheritdoc/>
    public long HashesWithExpiringFields(int database) => queue.CountOf(database);

    /// <summary>
    /// Unix milliseconds before which a field has expired for this call; 0: nothing has. What a master or a file says is not judged by
    /// our clock.
    /// </summary>
    public long HorizonOf(ref CommandContext call)
    {
        if ((call.Client.Flags & (ClientFlags.Master | ClientFlags.Internal)) != 0 || Server.Debug.AllowAccessExpired) return 0;
        return call.NowMs;
    }

    /// <summary>As <see cref="HorizonOf"/>, outside of a command.</summary>
    public long Horizon => Server.Debug.AllowAccessExpired ? 0 : Server.Clock.UnixMs;

    /// <summary>Whether a time that is given to a field means its removal at once. A past time from a master or a file is kept.</summary>
    public bool IsPast(ref CommandContext call, long expireAtMs)
        => expireAtMs <= call.NowMs && !Server.Loading.Active && (call.Client.Flags & (ClientFlags.Master | ClientFlags.Internal)) == 0;

    /// <summary>
    /// Whether the field has expired; then it is removed too, with its events. For commands on one field, which may use nothing they
    /// looked up before when the answer is yes.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="key">The hash.</param>
    /// <param name="value">The field's value.</param>
    /// <param name="field">The field.</param>
    public bool HasExpired(ref CommandContext call, scoped in KeyRef key, scoped in HashField value, scoped ReadOnlySpan<byte> field)
    {
        if (!IsOver(ref call, value)) return false;
        if (Removes) Announce(ref call, key, RemoveOne(ref call, key, field));
        return true;
    }

    /// <summary>Whether the field has expired. Removes nothing.</summary>
    public bool IsOver(ref CommandContext call, scoped in HashField value)
        => value.ExpireAtMs != 0 && value.ExpireAtMs < HorizonOf(ref call);

    /// <summary>
    /// As <see cref="HasExpired"/> without events, for commands on several fields, which call <see cref="Announce"/> in the end.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="key">The hash.</param>
    /// <param name="value">The field's value.</param>
    /// <param name="field">The field.</param>
    /// <param name="tally">Counts what was removed.</param>
    public bool HasExpired(
        ref CommandContext call, scoped in KeyRef key, scoped in HashField value, scoped ReadOnlySpan<byte> field, ref ExpiryTally tally)
    {
        if (!IsOver(ref call, value)) return false;
        if (!Removes) return true;
        tally.Removed++;
        tally.Emptied |= RemoveOne(ref call, key, field);
        return true;
    }

    /// <summary>Sends the events of fields that were removed because they had expired.</summary>
    public static void Announce(ref CommandContext call, scoped in KeyRef key, bool emptied)
    {
        call.Changed(key, KeyEventClass.Hash, "hexpired"u8, dirty: 0);
        if (emptied) call.Changed(key, KeyEventClass.Generic, "del"u8, dirty: 0);
    }

    /// <summary>Removes expired fields of a hash, up to so many, with their events.</summary>
    /// <returns>False: the hash is gone.</returns>
    public bool RemoveSome(ref CommandContext call, scoped in KeyRef key, long most)
    {
        Entry entry = call.Keys.Find(key, Access.NoTouch | Access.NoStatistics | Access.NoNotify);
        if (HashReader.CountExpired(entry, HorizonOf(ref call)) == 0 || !Removes) return true;
        return !RemoveSome(call.Keys, key, call.NowMs, most);
    }

    /// <summary>A field was removed because its new time is past: it counts as expired, and the stream says HDEL.</summary>
    public void Removed(int database, ReadOnlySpan<byte> key, ReadOnlySpan<byte> field)
    {
        Server.Statistics.ExpiredSubkeys++;
        Server.Propagation.Append(database).Add("HDEL"u8).Add(key).Add(field).Send();
    }

    /// <summary>The timer: removes what has expired and nobody asked for.</summary>
    public void Tick()
    {
        queue.FreeSome(BlocksPerTick);
        if (queue.Total == 0 || _sweepsSoon) return;
        for (int i = 0; i < Server.Databases.Count; i++)
        {
            if (queue.CountOf(i) > 0) queue.Check(Server.Databases[i], ChecksPerTick);
        }

        Sweep();
    }

    private void Sweep()
    {
        _sweepsSoon = false;
        if (queue.Total == 0 || !Removes || !Server.Debug.ActiveExpire) return;
        long nowMs = Server.Clock.UnixMs;
        long deadline = Server.Clock.MonotonicMicros() + SliceMicros;
        for (int i = 0; i < Server.Databases.Count; i++)
        {
            while (queue.TryTake(i, nowMs, out PinnedKey key))
            {
                Database database = Server.Databases[i];
                if (!RemoveSome(database, key.Key, nowMs, FieldsPerVisit)) queue.Arrived(database, key.Key);
                key.Dispose();
                if (Server.Clock.MonotonicMicros() < deadline) continue;
                _sweepsSoon = true;
                Server.Scheduler.After(PauseMs, _sweep ??= Sweep);
                return;
            }
        }
    }

    /// <returns>True: the hash is gone.</returns>
    private bool RemoveSome(Database database, scoped in KeyRef key, long nowMs, long most)
    {
        Entry entry = database.FindForWrite(key);
        if (entry.IsMissing || !entry.Is(type)) return true;
        long before = HashReader.NextExpiry(entry);
        Removing removing = new(Server.Propagation, database.Index, key.Bytes);
        long removed = writer.RemoveExpired(database, ref entry, nowMs, most, removing);
        if (removed == 0) return false;
        Server.Statistics.ExpiredSubkeys += removed;
        bool emptied = HashReader.Count(entry) == 0;
        long after = HashReader.NextExpiry(entry);
        if (emptied) database.Delete(entry);
        queue.Track(database, key.Bytes, before, after);
        Server.Changed(database, key, KeyEventClass.Hash, "hexpired"u8, dirty: 0);
        if (emptied) Server.Changed(database, key, KeyEventClass.Generic, "del"u8, dirty: 0);
        return emptied;
    }

    /// <returns>Whether the hash is gone with its last field.</returns>
    private bool RemoveOne(ref CommandContext call, scoped in KeyRef key, scoped ReadOnlySpan<byte> field)
    {
        Entry entry = call.Keys.FindForWrite(key);
        long before = HashReader.NextExpiry(entry);
        writer.Remove(call.Keys, ref entry, field);
        Removed(call.Keys.Index, key.Bytes, field);
        bool emptied = HashReader.Count(entry) == 0;
        long after = HashReader.NextExpiry(entry);
        if (emptied) call.Keys.Delete(entry);
        queue.Track(call.Keys, key.Bytes, before, after);
        return emptied;
    }

    private readonly ref struct Removing(IPropagation stream, int database, ReadOnlySpan<byte> key) : IElementVisitor
    {
        private readonly ReadOnlySpan<byte> _key = key;

        public bool Visit(ReadOnlySpan<byte> element)
        {
            stream.Append(database).Add("HDEL"u8).Add(_key).Add(element).Send();
            return true;
        }
    }
}

/// <summary>What a command on several fields removed because it had expired.</summary>
internal struct ExpiryTally
{
    /// <summary>Number of fields.</summary>
    public int Removed;

    /// <summary>The hash went with its last field.</summary>
    public bool Emptied;
}
