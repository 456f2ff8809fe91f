using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Transactions.Watching;

/// <summary>Who watches which key. In steady state neither watching nor forgetting allocates.</summary>
internal sealed class WatchTable(IServer server)
{
    /// <summary>Free objects kept of either kind.</summary>
    private const int KeptMax = 1024;

    /// <summary>Free keys keep buffers up to this size, bytes.</summary>
    private const int KeptBytesMax = 256;

    private readonly Dictionary<ulong, WatchedKey> _keys = [];
    private Watch? _freeWatches;
    private WatchedKey? _freeKeys;
    private int _freeWatchCount;
    private int _freeKeyCount;
    private int _keyCount;
    private int _clients;

    /// <summary>Told when the first key is watched (true) and when the last one is forgotten (false).</summary>
    public Action<bool> Used { get; set; } = _ => { };

    /// <summary>Lets a client watch a key; a second time it changes nothing.</summary>
    public void Add(Client client, TransactionState state, Database database, KeyRef key)
    {
        WatchedKey watched = Obtain(database.Index, key.Bytes);
        if (Has(watched, state)) return;
        Watch watch = TakeWatch();
        watch.Client = client;
        watch.State = state;
        watch.Key = watched;
        watch.WasExpired = IsExpired(database, key);
        client.StateBytes += watch.Bytes;
        watch.NextOfClient = state.Watches;
        state.Watches = watch;
        if (state.WatchCount++ == 0) _clients++;
        watch.PreviousOfKey = null;
        watch.NextOfKey = watched.First;
        if (watched.First is { } first) first.PreviousOfKey = watch;
        watched.First = watch;
        watched.Count++;
    }

    /// <summary>Forgets all that a client watches.</summary>
    public void RemoveAll(TransactionState state)
    {
        Watch? watch = state.Watches;
        if (watch is null) return;
        state.Watches = null;
        state.WatchCount = 0;
        _clients--;
        while (watch is not null)
        {
            Watch? next = watch.NextOfClient;
            watch.Client.StateBytes -= watch.Bytes;
            Unlink(watch);
            Give(watch);
            watch = next;
        }
    }

    /// <summary>Whether a key that the client watches has expired since, and nobody has noticed. Source: isWatchedKeyExpired.</summary>
    public bool HasExpired(TransactionState state)
    {
        for (Watch? watch = state.Watches; watch is not null; watch = watch.NextOfClient)
        {
            if (!watch.WasExpired && IsExpired(server.Databases[watch.Key.Database], watch.Key.Bytes)) return true;
        }

        return false;
    }

    /// <summary>A key changed: the transactions of those who watch it will fail. Source: touchWatchedKey.</summary>
    public void Touch(Database database, ReadOnlySpan<byte> key)
    {
        WatchedKey? watched = Find(database.Index, key);
        Watch? watch = watched?.First;
        while (watch is not null)
        {
            Watch? next = watch.NextOfKey;
            if (watch.WasExpired && Find(database, key) == Presence.Missing)
            {
                // It had gone already, as far as its watcher is concerned; now it is a missing key like any other.
                watch.WasExpired = false;
            }
            else
            {
                watch.Client.Flags |= ClientFlags.DirtyCas;
                RemoveAll(watch.State);
            }

            watch = next;
        }
    }

    /// <summary>A database (null: every one) will be emptied, or get the content of another. Source: touchAllWatchedKeysInDb.</summary>
    public void TouchAll(Database? emptied, Database? replacement)
    {
        var touched = new List<Watch>();
        foreach (WatchedKey first in _keys.Values)
        {
            for (WatchedKey? key = first; key is not null; key = key.Next)
            {
                if (emptied is not null && key.Database != emptied.Index) continue;
                Judge(key, server.Databases[key.Database], replacement, touched);
            }
        }

        foreach (Watch watch in touched) watch.Client.Flags |= ClientFlags.DirtyCas;
    }

    /// <summary>INFO clients, as of Redis 7.4.</summary>
    public void WriteTo(InfoWriter info)
    {
        info.Line("watching_clients", _clients);
        info.Line("total_watched_keys", _keyCount);
    }

    private void Judge(WatchedKey key, Database emptied, Database? replacement, List<Watch> touched)
    {
        Presence before = Find(emptied, key.Bytes);
        Presence after = replacement is null ? Presence.Missing : Find(replacement, key.Bytes);
        if (before == Presence.Missing && after == Presence.Missing) return;
        for (Watch? watch = key.First; watch is not null; watch = watch.NextOfKey)
        {
            if (watch.WasExpired && after == Presence.Missing) watch.WasExpired = false;
            else if (watch.WasExpired && after == Presence.Expired) continue;
            else if (before == Presence.Missing && after == Presence.Expired) watch.WasExpired = true;
            else touched.Add(watch);
        }
    }

    private Presence Find(Database database, ReadOnlySpan<byte> key)
    {
        using var pinned = new PinnedKey(key);
        return Find(database, pinned.Key);
    }

    private Presence Find(Database database, KeyRef key)
    {
        const Access Look = Access.NoTouch | Access.NoStatistics | Access.NoNotify;
        Entry entry = database.Find(key, Look | Access.Expired);
        if (entry.IsMissing) return Presence.Missing;
        return entry.HasExpiry && entry.ExpireAtMs < server.Clock.UnixMs ? Presence.Expired : Presence.Live;
    }

    private bool IsExpired(Database database, ReadOnlySpan<byte> key)
        => database.ExpiringCount > 0 && Find(database, key) == Presence.Expired;

    private bool IsExpired(Database database, KeyRef key) => database.ExpiringCount > 0 && Find(database, key) == Presence.Expired;

    private static bool Has(WatchedKey key, TransactionState state)
    {
        // Along the shorter of the two lists: neither a client with many keys nor a key with many clients may be slow.
        if (key.Count < state.WatchCount)
        {
            for (Watch? watch = key.First; watch is not null; watch = watch.NextOfKey)
            {
                if (watch.State == state) return true;
            }

            return false;
        }

        for (Watch? watch = state.Watches; watch is not null; watch = watch.NextOfClient)
        {
            if (watch.Key == key) return true;
        }

        return false;
    }

    private static ulong HashOf(int database, ReadOnlySpan<byte> key) => KeyHash.Compute(key) + (ulong)(uint)database;

    private WatchedKey? Find(int database, ReadOnlySpan<byte> key)
    {
        WatchedKey? watched = _keys.GetValueOrDefault(HashOf(database, key));
        while (watched is not null && !watched.Is(database, key)) watched = watched.Next;
        return watched;
    }

    private WatchedKey Obtain(int database, ReadOnlySpan<byte> key)
    {
        ulong hash = HashOf(database, key);
        ref WatchedKey? first = ref CollectionsMarshal.GetValueRefOrAddDefault(_keys, hash, out _);
        for (WatchedKey? present = first; present is not null; present = present.Next)
        {
            if (present.Is(database, key)) return present;
        }

        WatchedKey made = TakeKey();
        made.Set(database, key, hash);
        made.Next = first;
        first = made;
        if (_keyCount++ == 0) Used(true);
        return made;
    }

    private void Unlink(Watch watch)
    {
        WatchedKey key = watch.Key;
        if (watch.PreviousOfKey is { } previous) previous.NextOfKey = watch.NextOfKey; else key.First = watch.NextOfKey;
        if (watch.NextOfKey is { } next) next.PreviousOfKey = watch.PreviousOfKey;
        if (--key.Count > 0) return;
        WatchedKey first = _keys[key.Hash];
        if (first != key)
        {
            while (first.Next != key) first = first.Next!;
            first.Next = key.Next;
        }
        else if (key.Next is { } other)
        {
            _keys[key.Hash] = other;
        }
        else
        {
            _keys.Remove(key.Hash);
        }

        Give(key);
        if (--_keyCount == 0) Used(false);
    }

    private Watch TakeWatch()
    {
        if (_freeWatches is not { } watch) return new Watch();
        _freeWatches = watch.NextOfClient;
        _freeWatchCount--;
        return watch;
    }

    private void Give(Watch watch)
    {
        watch.Client = null!;
        watch.State = null!;
        watch.Key = null!;
        watch.NextOfKey = watch.PreviousOfKey = null;
        watch.NextOfClient = _freeWatchCount < KeptMax ? _freeWatches : null;
        if (_freeWatchCount >= KeptMax) return;
        _freeWatches = watch;
        _freeWatchCount++;
    }

    private WatchedKey TakeKey()
    {
        if (_freeKeys is not { } key) return new WatchedKey();
        _freeKeys = key.Next;
        _freeKeyCount--;
        return key;
    }

    private void Give(WatchedKey key)
    {
        key.First = null;
        if (_freeKeyCount >= KeptMax || key.Capacity > KeptBytesMax) return;
        key.Next = _freeKeys;
        _freeKeys = key;
        _freeKeyCount++;
    }

    /// <summary>What a database has under a key.</summary>
    private enum Presence
    {
        Missing,
        Expired,
        Live,
    }
}
