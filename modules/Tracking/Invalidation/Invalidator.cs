using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Tracking.Invalidation;

/// <summary>Decides who is told that a key, or everything, has become invalid. Source: trackingInvalidateKey.</summary>
internal sealed class Invalidator(IServer server, InvalidationTable table, TrackedClients clients, Outbox outbox)
{
    private byte[] _key = new byte[64];

    /// <summary>A key changed: whoever has read it since is told once.</summary>
    /// <param name="key">Any bytes, outside of the table. Borrowed for this call.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="writer">The client that changed it; null: it expired, or was evicted.</param>
    public void Changed(ReadOnlySpan<byte> key, ulong hash, Client? writer)
    {
        ReadOnlySpan<uint> readers = table.Take(key, hash);
        if (readers.IsEmpty) return;
        outbox.About(key);
        foreach (uint number in readers)
        {
            // A client in broadcast mode may have read the key before it changed over.
            if (clients.Find(number) is not { IsTracking: true, IsBroadcast: false } reader) continue;
            if (reader.NoLoop && reader.Client == writer) continue;
            outbox.Add(reader, key.Length);
        }

        outbox.Schedule();
    }

    /// <summary>A key is no longer remembered: for those who have read it that is as if it had changed.</summary>
    /// <param name="key">Bytes in the table, which will be gone.</param>
    public void Forget(ReadOnlySpan<byte> key)
    {
        if (_key.Length < key.Length) _key = new byte[key.Length];
        key.CopyTo(_key);
        ReadOnlySpan<byte> copy = _key.AsSpan(0, key.Length);
        Changed(copy, KeyHash.Compute(copy), null);
    }

    /// <summary>A database was emptied or exchanged: every tracking client is told that all it has may be wrong.</summary>
    public void Everything()
    {
        table.Clear();
        foreach (TrackedClient client in clients.Tracking) outbox.AddEverything(client);
        outbox.Schedule();
    }

    /// <summary>The client on whose behalf keys change now: the caller where a script writes. Null: the server itself.</summary>
    public Client? WriterOf(in KeyEvent happened) => happened.Client is null ? null : server.CurrentClient;
}
