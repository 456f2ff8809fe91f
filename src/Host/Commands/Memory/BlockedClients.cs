using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Host.Commands.Memory;

/// <summary>
/// Clients that wait for keys or for time. A blocked command is kept with its arguments and runs again when one of its keys changes.
/// </summary>
internal sealed unsafe class BlockedClients(Executor executor, Databases databases, IClock clock)
{
    private readonly Dictionary<WaitKey, LinkedList<BlockedCommand>> _byKey = [];
    private readonly HashSet<BlockedCommand> _all = [];
    private readonly PriorityQueue<BlockedCommand, long> _deadlines = new();
    private readonly List<WaitKey> _ready = [];
    private readonly HashSet<WaitKey> _readySet = [];
    private bool _serving;

    /// <summary>Number of blocked clients.</summary>
    public int Count => _all.Count;

    /// <summary>Whether a key that somebody waits for has changed.</summary>
    public bool HasReady => _ready.Count > 0;

    /// <summary>Called with a client that goes on.</summary>
    public Action<Client> Resumed { get; set; } = client => client.ResumeLater();

    /// <summary>Whether a client is blocked in a command of the module.</summary>
    public bool IsAnyIn(string module) => _all.Any(blocked => blocked.Command.Module == module);

    /// <summary>Parks the running command. A command that runs again and blocks again keeps its place.</summary>
    public void Add(CommandFrame frame, ReadOnlySpan<int> keys, long timeoutMs, BlockOptions options)
    {
        if (frame.Client.Blocked is BlockedCommand again)
        {
            Invariant.Check((frame.Flags & CallFlags.Retry) != 0, "a client blocked twice");
            again.IsParkedAgain = true;
            return;
        }

        var blocked = new BlockedCommand(frame, options);
        _all.Add(blocked);
        frame.Client.Blocked = blocked;
        frame.Client.IsBlocked = true;
        if (timeoutMs > 0)
        {
            blocked.DeadlineMs = clock.UnixMs + timeoutMs;
            _deadlines.Enqueue(blocked, blocked.DeadlineMs);
        }

        foreach (int index in keys)
        {
            var key = new WaitKey(frame.Client.Database, frame.Argument(index).ToArray());
            if (blocked.Waits.Any(wait => wait.Key.Equals(key))) continue;
            ref LinkedList<BlockedCommand>? queue = ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey, key, out _);
            queue ??= new LinkedList<BlockedCommand>();
            blocked.Waits.Add((key, queue.AddLast(blocked)));
        }
    }

    /// <summary>Notes that a key changed. Its clients are served when the running command has ended.</summary>
    public void KeyChanged(int database, KeyRef key)
    {
        if (_byKey.Count == 0) return;
        var wait = new WaitKey(database, key.Bytes.ToArray());
        if (_byKey.ContainsKey(wait) && _readySet.Add(wait)) _ready.Add(wait);
    }

    /// <summary>Runs the commands again that wait for changed keys, in the order in which they blocked.</summary>
    public void Serve()
    {
        if (_serving) return;
        _serving = true;
        for (int i = 0; i < _ready.Count; i++)
        {
            _readySet.Remove(_ready[i]);
            ServeKey(_ready[i]);
        }

        _ready.Clear();
        _serving = false;
    }

    private void ServeKey(WaitKey key)
    {
        if (!_byKey.TryGetValue(key, out LinkedList<BlockedCommand>? queue)) return;
        LinkedListNode<BlockedCommand>? last = queue.Last;
        LinkedListNode<BlockedCommand>? node = queue.First;
        while (node is not null)
        {
            LinkedListNode<BlockedCommand>? next = node == last ? null : node.Next;
            BlockedCommand blocked = node.Value;
            bool exists = Exists(key);
            if (exists || (blocked.Options & BlockOptions.WakeOnDelete) != 0) RunAgain(blocked, CallFlags.Retry);
            else if (!exists && queue.All(other => (other.Options & BlockOptions.WakeOnDelete) == 0)) return;
            node = next;
        }
    }

    private bool Exists(WaitKey key)
    {
        using var pinned = new PinnedKey(key.Bytes);
        return databases[key.Database].Exists(pinned.Key);
    }

    private void RunAgain(BlockedCommand blocked, CallFlags flags)
    {
        Client client = blocked.Client;
        client.IsBlocked = false;
        client.FlushLater();
        bool ran = executor.Run(client, blocked.Command, blocked.Arguments, client.Output, flags | CallFlags.Trusted);
        if (ran && blocked.IsParkedAgain)
        {
            blocked.IsParkedAgain = false;
            client.IsBlocked = true;
            return;
        }

        Release(blocked);
    }

    private void Release(BlockedCommand blocked)
    {
        Forget(blocked);
        Resumed(blocked.Client);
    }

    private void Forget(BlockedCommand blocked)
    {
        _all.Remove(blocked);
        foreach ((WaitKey key, LinkedListNode<BlockedCommand> node) in blocked.Waits)
        {
            LinkedList<BlockedCommand> queue = node.List!;
            queue.Remove(node);
            if (queue.Count == 0) _byKey.Remove(key);
        }

        blocked.Waits.Clear();
        blocked.Client.Blocked = null;
        blocked.Client.IsBlocked = false;
        blocked.Dispose();
    }

    /// <summary>Ends the waits whose time is up. Returns the milliseconds until the next; -1: none.</summary>
    public long ExpireDue()
    {
        while (_deadlines.TryPeek(out BlockedCommand? blocked, out long due))
        {
            if (!_all.Contains(blocked))
            {
                _deadlines.Dequeue();
                continue;
            }

            if (due > clock.UnixMs) return due - clock.UnixMs;
            _deadlines.Dequeue();
            RunAgain(blocked, CallFlags.TimedOut);
        }

        return -1;
    }

    /// <summary>CLIENT UNBLOCK. False: the client was not blocked.</summary>
    public bool Unblock(Client client, bool withError)
    {
        if (client.Blocked is not BlockedCommand blocked) return false;
        if (!withError)
        {
            RunAgain(blocked, CallFlags.TimedOut);
            return true;
        }

        client.Output.Error("UNBLOCKED client unblocked via CLIENT UNBLOCK"u8);
        client.FlushLater();
        Release(blocked);
        return true;
    }

    /// <summary>Forgets a client that goes.</summary>
    public void Closing(Client client)
    {
        if (client.Blocked is BlockedCommand blocked) Forget(blocked);
    }
}

/// <summary>A key that somebody waits for.</summary>
internal readonly struct WaitKey(int database, byte[] bytes) : IEquatable<WaitKey>
{
    public int Database { get; } = database;

    public byte[] Bytes { get; } = bytes;

    public bool Equals(WaitKey other) => Database == other.Database && Bytes.AsSpan().SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is WaitKey other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Database, KeyHash.Compute(Bytes));
}

/// <summary>A command with a copy of its arguments.</summary>
internal sealed unsafe class BlockedCommand : IDisposable
{
    private byte* _copy;
    private readonly int _count;

    public BlockedCommand(CommandFrame frame, BlockOptions options)
    {
        Client = frame.Client;
        Command = frame.Command;
        Options = options;
        _count = frame.Count;
        long bytes = (long)_count * sizeof(Argument);
        for (int i = 0; i < _count; i++) bytes += frame.Arguments[i].Length;
        _copy = (byte*)NativeMemory.Alloc((nuint)bytes + BigArgument.Slack);
        byte* content = _copy + ((long)_count * sizeof(Argument));
        for (int i = 0; i < _count; i++)
        {
            Argument source = frame.Arguments[i];
            source.Span.CopyTo(new Span<byte>(content, source.Length));
            ((Argument*)_copy)[i] = source with { Bytes = content, Owned = 0 };
            content += source.Length;
        }
    }

    public Client Client { get; }

    public Command Command { get; }

    public BlockOptions Options { get; }

    public long DeadlineMs { get; set; }

    public bool IsParkedAgain { get; set; }

    public List<(WaitKey Key, LinkedListNode<BlockedCommand> Node)> Waits { get; } = [];

    public ArgumentList Arguments => new((Argument*)_copy, _count);

    public void Dispose()
    {
        NativeMemory.Free(_copy);
        _copy = null;
    }
}
