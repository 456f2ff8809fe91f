using ModularKv.Abstractions;

namespace ModularKv.Transactions.Watching;

/// <summary>One client watching one key: a link of the key's list and of the client's. Reused.</summary>
internal sealed class Watch
{
    /// <summary>Managed objects of a watch and of its key, about.</summary>
    private const int ObjectBytes = 160;

    /// <summary>What the client is charged for it, bytes: the key as if nobody else watched it.</summary>
    public long Bytes => ObjectBytes + Key.Bytes.Length;

    /// <summary>Who watches.</summary>
    public Client Client { get; set; } = null!;

    /// <summary>Its state, which holds the client's list.</summary>
    public TransactionState State { get; set; } = null!;

    /// <summary>What it watches.</summary>
    public WatchedKey Key { get; set; } = null!;

    /// <summary>The key had expired already when WATCH was called, and was not removed yet: its removal is no change.</summary>
    public bool WasExpired { get; set; }

    /// <summary>The next watch of the client; or the next free one.</summary>
    public Watch? NextOfClient { get; set; }

    /// <summary>The next client that watches the key.</summary>
    public Watch? NextOfKey { get; set; }

    /// <summary>The one before in the key's list.</summary>
    public Watch? PreviousOfKey { get; set; }
}

/// <summary>A key that somebody watches. Reused with its buffer.</summary>
internal sealed class WatchedKey
{
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Number of the database.</summary>
    public int Database { get; private set; }

    /// <summary>Under which the table knows it.</summary>
    public ulong Hash { get; private set; }

    /// <summary>The first client that watches it.</summary>
    public Watch? First { get; set; }

    /// <summary>How many do.</summary>
    public int Count { get; set; }

    /// <summary>Another key of the same hash; or the next free one.</summary>
    public WatchedKey? Next { get; set; }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Bytes of its buffer.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>Makes it stand for a key.</summary>
    public void Set(int database, ReadOnlySpan<byte> key, ulong hash)
    {
        if (_bytes.Length < key.Length) _bytes = new byte[Math.Max(32, key.Length)];
        key.CopyTo(_bytes);
        _length = key.Length;
        Database = database;
        Hash = hash;
    }

    /// <summary>Whether it stands for this key.</summary>
    public bool Is(int database, ReadOnlySpan<byte> key) => Database == database && Bytes.SequenceEqual(key);
}
