using ModularKv.Abstractions;

namespace ModularKv.Tracking;

/// <summary>What CLIENT TRACKING was told by a client. Kept from the first time on until the connection ends.</summary>
/// <param name="client">Whose state it is.</param>
/// <param name="number">Stands for the client in the table of keys: unique while the server runs, rising, never 0.</param>
internal sealed class TrackedClient(Client client, uint number)
{
    /// <summary>Whose state it is.</summary>
    public Client Client => client;

    /// <summary>Stands for the client in the table of keys.</summary>
    public uint Number => number;

    /// <summary>Whether it is told of changes at present.</summary>
    public bool IsTracking => (client.Flags & ClientFlags.Tracking) != 0;

    /// <summary>Whether it is told of all keys under its prefixes instead of those that it has read.</summary>
    public bool IsBroadcast => (client.Flags & ClientFlags.TrackingBroadcast) != 0;

    /// <summary>OPTIN: only what follows CLIENT CACHING YES is remembered.</summary>
    public bool OptIn { get; set; }

    /// <summary>OPTOUT: what follows CLIENT CACHING NO is not remembered.</summary>
    public bool OptOut { get; set; }

    /// <summary>NOLOOP: it does not want to hear of its own writes.</summary>
    public bool NoLoop { get; set; }

    /// <summary>CLIENT CACHING was given for the next command or transaction.</summary>
    public bool CachingGiven { get; set; }

    /// <summary>The connection has ended.</summary>
    public bool IsGone { get; set; }

    /// <summary>The prefixes of a client in broadcast mode, in the order of their bytes.</summary>
    public SortedSet<byte[]> Prefixes { get; } = new(ByteOrder.Instance);

    /// <summary>Whether the keys that its next command reads are to be remembered.</summary>
    public bool RemembersReads => !((OptIn && !CachingGiven) || (OptOut && CachingGiven));

    /// <summary>Whether its commands have to be looked at at all.</summary>
    public bool NeedsFollowing => IsTracking && !IsBroadcast && (!OptIn || CachingGiven);
}

/// <summary>Byte strings as memcmp orders them, the shorter first.</summary>
internal sealed class ByteOrder : IComparer<byte[]>
{
    /// <summary>The only one.</summary>
    public static readonly ByteOrder Instance = new();

    /// <inheritdoc/>
    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
