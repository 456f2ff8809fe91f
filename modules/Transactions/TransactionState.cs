using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Transactions.Watching;

namespace ModularKv.Transactions;

/// <summary>What a client has queued and watches. Made when it first needs it, kept until it goes.</summary>
internal sealed class TransactionState
{
    /// <summary>The commands since MULTI; null outside of it.</summary>
    public CommandQueue? Queue { get; set; }

    /// <summary>EXEC is running the queue: nothing may change it.</summary>
    public bool IsExecuting { get; set; }

    /// <summary>The first of the keys it watches, linked by <see cref="Watch.NextOfClient"/>.</summary>
    public Watch? Watches { get; set; }

    /// <summary>Their number.</summary>
    public int WatchCount { get; set; }
}

/// <summary>The clients' states, and the queues that go round among them: the one used last is still in the processor's cache.</summary>
internal sealed class TransactionStates(ClientSlot<TransactionState> slot, WatchTable watches, MemoryOwner memory) : IDisposable
{
    /// <summary>Empty queues kept, about 4 KB each.</summary>
    private const int KeptMax = 64;

    private readonly Stack<CommandQueue> _free = new();

    /// <summary>The keys that clients watch.</summary>
    public WatchTable Watches => watches;

    /// <summary>The client's state, or null when it never needed one.</summary>
    public TransactionState? Find(Client client) => client.Get(slot);

    /// <summary>The client's state.</summary>
    public TransactionState Of(Client client)
    {
        if (client.Get(slot) is { } present) return present;
        var made = new TransactionState();
        client.Set(slot, made);
        return made;
    }

    /// <summary>MULTI.</summary>
    public void Begin(Client client)
    {
        TransactionState state = Of(client);
        state.Queue = _free.TryPop(out CommandQueue? queue) ? queue : new CommandQueue(memory);
        client.QueuedCommands = 0;
        client.Flags |= ClientFlags.Multi;
    }

    /// <summary>Ends the transaction, run or not: the queue is dropped and nothing is watched any more.</summary>
    public void End(Client client)
    {
        client.Flags &= ~(ClientFlags.Multi | ClientFlags.DirtyCas | ClientFlags.DirtyExec);
        if (Find(client) is not { } state) return;
        watches.RemoveAll(state);
        if (state.Queue is not { } queue) return;
        state.Queue = null;
        client.QueuedCommands = -1;
        client.QueuedBytes = client.QueuedOwnedBytes = 0;
        client.QueuedFlags = CommandFlags.None;
        queue.Clear();
        if (_free.Count < KeptMax) _free.Push(queue); else queue.Dispose();
    }

    /// <summary>Gives the free queues' memory back.</summary>
    public void Dispose()
    {
        while (_free.TryPop(out CommandQueue? queue)) queue.Dispose();
    }
}
