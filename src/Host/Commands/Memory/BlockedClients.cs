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
    // Deadlines of clients that were served before stay in the queue until there are more of them than of the others.
    private const int DeadDeadlinesMin = 64;

    private readonly Dictionary<WaitKey, LinkedList<BlockedCommand>> _byKey = new(WaitKeyComparer.Instance);
    private readonly HashSet<BlockedCommand> _all = [];
    private readonly PriorityQueue<BlockedCommand, long> _deadlines = new();
    private readonly List<WaitKey> _ready = [];
    private readonly HashSet<WaitKey> _readySet = new(WaitKeyComparer.Instance);
    private int _deadDeadlines;
    private bool _serving;

    /// <summary>Number of blocked clients.</summary>
    public int Count => _all.Count;

    /// <summary>Number of keys that clients wait for.</summary>
    public int KeyCount => _byKey.Count;

    /// <summary>Those of them whose deletion wakes a client too.</summary>
    public int KeyCountOnDelete => _byKey.Values.Count(queue => queue.Any(waiting => waiting.WakesOnDelete));

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
            if (blocked.IndexOf(key) != 0) continue;
            ref LinkedList<BlockedCommand>? queue = ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey, key, out _);
            queue ??= new LinkedList<BlockedCommand>();
            blocked.Waits.Add((key, index, queue.AddLast(blocked)));
        }
    }

    /// <summary>Notes that a key changed. Its clients are served when the running command has ended.</summary>
    public void KeyChanged(int database, KeyRef key)
    {
        if (_byKey.Count == 0) return;
        var probe = new WaitProbe(database, key.Bytes, key.Hash);
        if (_byKey.GetAlternateLookup<WaitProbe>().TryGetValue(probe, out WaitKey wait, out _)) MarkReady(wait);
    }

    /// <summary>Notes that a database was emptied or exchanged with another: any key in it may have come or gone.</summary>
    /// <param name="database">-1: all of them.</param>
    public void DatabaseReplaced(int database)
    {
        foreach (WaitKey wait in _byKey.Keys)
        {
            if (database < 0 || wait.Database == database) MarkReady(wait);
        }
    }

    private void MarkReady(WaitKey key)
    {
        if (_readySet.Add(key)) _ready.Add(key);
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
        bool anyWakesOnDelete = queue.Any(waiting => waiting.WakesOnDelete);
        while (node is not null)
        {
            LinkedListNode<BlockedCommand>? next = node == last ? null : node.Next;
            BlockedCommand blocked = node.Value;
            if (Exists(key) || blocked.WakesOnDelete) RunAgain(blocked, CallFlags.Retry, blocked.IndexOf(key));
            else if (!anyWakesOnDelete) return;

            // A client that went while another was served has left the queue; those behind it have their turn with the next change.
            node = next?.List is null ? null : next;
        }
    }

    private bool Exists(WaitKey key)
    {
        using var pinned = new PinnedKey(key.Bytes);
        return databases[key.Database].Exists(pinned.Key);
    }

    private void RunAgain(BlockedCommand blocked, CallFlags flags, int readyKey)
    {
        Client client = blocked.Client;
        client.IsBlocked = false;
        client.ReadyKey = readyKey;
        client.FlushLater();
        bool ran = executor.Run(client, blocked.Command, blocked.Arguments, client.Output, flags | CallFlags.Trusted);
        client.ReadyKey = 0;
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
        if (_all.Remove(blocked) && blocked.DeadlineMs > 0) ForgetDeadline();
        foreach ((WaitKey key, _, LinkedListNode<BlockedCommand> node) in blocked.Waits)
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

    // A worker that waits with a long timeout and is served at once, again and again, must not leave its deadlines behind.
    private void ForgetDeadline()
    {
        if (++_deadDeadlines < DeadDeadlinesMin || _deadDeadlines * 2 < _deadlines.Count) return;
        _deadlines.Clear();
        foreach (BlockedCommand alive in _all)
        {
            if (alive.DeadlineMs > 0) _deadlines.Enqueue(alive, alive.DeadlineMs);
        }

        _deadDeadlines = 0;
    }

    /// <summary>Ends the waits whose time is up. Returns the milliseconds until the next; -1: none.</summary>
    public long ExpireDue()
    {
        // The time of now, not of the iteration's beginning: the next wait would be too long by what the iteration took.
        long now = _deadlines.Count == 0 ? 0 : clock.UnixMicros() / 1000;
        while (_deadlines.TryPeek(out BlockedCommand? blocked, out long due))
        {
            bool isAlive = _all.Contains(blocked);
            if (isAlive && due > now) return due - now;
            _deadlines.Dequeue();
            if (isAlive) RunAgain(blocked, CallFlags.TimedOut, 0);
            else _deadDeadlines--;
        }

        return -1;
    }

    /// <summary>CLIENT UNBLOCK. False: the client was not blocked.</summary>
    public bool Unblock(Client client, bool withError)
    {
        if (client.Blocked is not BlockedCommand blocked) return false;
        if (!withError)
        {
            RunAgain(blocked, CallFlags.TimedOut, 0);
            return true;
        }

        client.Output.Error("UNBLOCKED client unblocked via CLIENT UNBLOCK"u8);
        client.Output.Errors = 0; // it is the blocked command's, not that of the client's next one
        blocked.Command.Calls++;
        blocked.Command.Failed++;
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

    public List<(WaitKey Key, int Argument, LinkedListNode<BlockedCommand> Node)> Waits { get; } = [];

    public bool WakesOnDelete => (Options & BlockOptions.WakeOnDelete) != 0;

    public ArgumentList Arguments => new((Argument*)_copy, _count);

    /// <summary>Argument index of a key that it waits for; 0: it does not.</summary>
    public int IndexOf(WaitKey key)
    {
        foreach ((WaitKey waited, int argument, _) in Waits)
        {
            if (WaitKeyComparer.Instance.Equals(waited, key)) return argument;
        }

        return 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_copy);
        _copy = null;
    }
}
