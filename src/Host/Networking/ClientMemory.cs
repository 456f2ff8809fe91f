using System.Numerics;
using ModularKv.Abstractions;

namespace ModularKv.Host.Networking;

/// <summary>
/// What the connections' memory amounts to, kept up to date connection by connection, and who of them takes most: they stand in lists by
/// the power of two of their bytes. Source: updateClientMemUsageAndBucket.
/// </summary>
internal sealed class ClientMemory
{
    // From 32 KB to 16 GB, with all smaller ones in the first and all larger ones in the last list.
    private const int FirstLog = 15;
    private const int LastLog = 33;
    private const int Classes = 4;

    private readonly List[] _bySize = new List[LastLog - FirstLog + 1];
    private readonly long[] _byClass = new long[Classes];
    private long _bytesMax;
    private bool _isOver;

    /// <summary>Bytes that are counted nowhere else: all but what lies in output blocks and in accounts of modules.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Bytes of normal and pub/sub clients together above which some of them must go; 0: no limit.</summary>
    public long BytesMax
    {
        get => _bytesMax;
        set
        {
            _bytesMax = value;
            Compare();
        }
    }

    /// <summary>Whether they are above it.</summary>
    public bool IsOver => _isOver;

    /// <summary>Told when <see cref="IsOver"/> changes.</summary>
    public Action OverChanged { get; set; } = () => { };

    /// <summary>Bytes of a class.</summary>
    public long BytesOf(ClientClass kind) => _byClass[(int)kind];

    /// <summary>The one that has been the longest in the list of the largest; null: none may be ended.</summary>
    public Connection? Largest
    {
        get
        {
            for (int i = _bySize.Length - 1; i >= 0; i--)
            {
                if (_bySize[i].First is { } first) return first;
            }

            return null;
        }
    }

    /// <summary>Counts a connection anew, after its buffers may have changed. A few ns where they did not.</summary>
    public void Update(Connection connection)
    {
        ref Account account = ref connection.Account;
        long held = connection.HeldBytes;

        // One that is about to be closed (for its unsent replies, say) makes room by that: nobody else must go for it.
        long all = (connection.Flags & ClientFlags.CloseNow) != 0 ? 0 : held + connection.SharedBytes;
        if (all == account.All && held == account.Held && connection.Class == account.Class && IsEvictable(connection) == account.IsListed)
        {
            return;
        }

        HeldBytes += held - account.Held;
        _byClass[(int)account.Class] -= account.All;
        _byClass[(int)connection.Class] += all;
        int list = IsEvictable(connection) ? ListOf(all) : -1;
        int present = account.IsListed ? ListOf(account.All) : -1;
        if (list != present)
        {
            if (present >= 0) _bySize[present].Remove(connection);
            if (list >= 0) _bySize[list].Append(connection);
        }

        account.Held = held;
        account.All = all;
        account.Class = connection.Class;
        account.IsListed = list >= 0;
        Compare();
    }

    /// <summary>Forgets a connection.</summary>
    public void Remove(Connection connection)
    {
        ref Account account = ref connection.Account;
        HeldBytes -= account.Held;
        _byClass[(int)account.Class] -= account.All;
        if (account.IsListed) _bySize[ListOf(account.All)].Remove(connection);
        account = default;
        Compare();
    }

    private static bool IsEvictable(Connection connection)
        => (connection.Flags & (ClientFlags.NoEvict | ClientFlags.CloseNow)) == 0
            && connection.Class is ClientClass.Normal or ClientClass.PubSub;

    private static int ListOf(long bytes) => Math.Clamp(BitOperations.Log2((ulong)bytes), FirstLog, LastLog) - FirstLog;

    private void Compare()
    {
        bool over = _bytesMax > 0 && _byClass[(int)ClientClass.Normal] + _byClass[(int)ClientClass.PubSub] > _bytesMax;
        if (over == _isOver) return;
        _isOver = over;
        OverChanged();
    }

    /// <summary>What a connection is counted with, and its neighbours in its list.</summary>
    internal struct Account
    {
        public long Held;
        public long All;
        public ClientClass Class;
        public bool IsListed;
        public Connection? Next;
        public Connection? Previous;
    }

    // Linked through the connections: they move among the lists all the time.
    private struct List
    {
        public Connection? First;
        private Connection? _last;

        public void Append(Connection connection)
        {
            connection.Account.Previous = _last;
            connection.Account.Next = null;
            if (_last is null) First = connection; else _last.Account.Next = connection;
            _last = connection;
        }

        public void Remove(Connection connection)
        {
            Connection? next = connection.Account.Next, previous = connection.Account.Previous;
            if (previous is null) First = next; else previous.Account.Next = next;
            if (next is null) _last = previous; else next.Account.Previous = previous;
            connection.Account.Next = connection.Account.Previous = null;
        }
    }
}
