using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Tracking.Broadcasting;

/// <summary>
/// The prefixes of clients in broadcast mode. A changed key is looked up once for each length that a prefix has, however many prefixes
/// there are.
/// </summary>
internal sealed class PrefixTable(MemoryOwner memory)
{
    // A prefix of a client: its bytes as an object, and its places in the client's set and in the prefix's.
    private const int PrefixBytes = 128;

    private readonly Dictionary<ulong, Prefix> _byHash = [];
    private readonly SortedDictionary<int, int> _countByLength = [];
    private readonly List<Prefix> _changed = [];
    private int[] _lengths = [];

    /// <summary>Prefixes.</summary>
    public int Count { get; private set; }

    /// <summary>Whether keys have changed that somebody waits for.</summary>
    public bool HasChanges => _changed.Count > 0;

    /// <summary>Lets a client wait for a prefix; a second time changes nothing.</summary>
    public void Add(TrackedClient client, byte[] bytes)
    {
        if (!client.Prefixes.Add(bytes)) return;
        Prefix prefix = Find(bytes, KeyHash.Compute(bytes)) ?? Make(bytes);
        prefix.Clients.Add(client);
        client.Client.StateBytes += PrefixBytes + bytes.Length;
    }

    /// <summary>Ends all of a client's waiting.</summary>
    public void RemoveAll(TrackedClient client)
    {
        foreach (byte[] bytes in client.Prefixes)
        {
            Prefix prefix = Find(bytes, KeyHash.Compute(bytes))!;
            prefix.Clients.Remove(client);
            client.Client.StateBytes -= PrefixBytes + bytes.Length;
            if (prefix.Clients.Count == 0) Drop(prefix);
        }

        client.Prefixes.Clear();
    }

    /// <summary>Notes a changed key under the prefixes that it has.</summary>
    /// <param name="key">Any bytes. Borrowed for this call.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="writer">Who changed it; null: the server itself.</param>
    public void Note(ReadOnlySpan<byte> key, ulong hash, Client? writer)
    {
        foreach (int length in _lengths)
        {
            if (length > key.Length) return;
            ReadOnlySpan<byte> start = key[..length];
            if (Find(start, KeyHash.Compute(start)) is not { } prefix) continue;
            if (prefix.ChangedCount == 0) _changed.Add(prefix);
            prefix.Note(memory, key, hash, writer?.Id ?? 0);
        }
    }

    /// <summary>Hands over the prefixes under which keys changed, in the order of their bytes, and begins anew.</summary>
    public void TakeChanged(List<Prefix> into)
    {
        into.Clear();
        into.AddRange(_changed);
        if (into.Count > 1) into.Sort((one, other) => ByteOrder.Instance.Compare(one.Bytes, other.Bytes));
        _changed.Clear();
    }

    /// <summary>Gives back what is kept of changes.</summary>
    public void Forget()
    {
        foreach (Prefix prefix in _changed) prefix.Forget(memory);
        _changed.Clear();
    }

    private Prefix? Find(ReadOnlySpan<byte> bytes, ulong hash)
    {
        Prefix? prefix = _byHash.GetValueOrDefault(hash);
        while (prefix is not null && !bytes.SequenceEqual(prefix.Bytes)) prefix = prefix.Next;
        return prefix;
    }

    private Prefix Make(byte[] bytes)
    {
        ulong hash = KeyHash.Compute(bytes);
        var made = new Prefix(bytes) { Next = _byHash.GetValueOrDefault(hash) };
        _byHash[hash] = made;
        _countByLength[bytes.Length] = _countByLength.GetValueOrDefault(bytes.Length) + 1;
        _lengths = [.. _countByLength.Keys];
        Count++;
        return made;
    }

    private void Drop(Prefix prefix)
    {
        prefix.Forget(memory);
        _changed.Remove(prefix);
        ulong hash = KeyHash.Compute(prefix.Bytes);
        Prefix first = _byHash[hash];
        if (first == prefix && prefix.Next is null) _byHash.Remove(hash);
        else if (first == prefix) _byHash[hash] = prefix.Next!;
        else
        {
            while (first.Next != prefix) first = first.Next!;
            first.Next = prefix.Next;
        }

        if (--_countByLength[prefix.Bytes.Length] == 0) _countByLength.Remove(prefix.Bytes.Length);
        _lengths = [.. _countByLength.Keys];
        Count--;
    }
}
