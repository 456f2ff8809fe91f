using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;
using ModularKv.Host.Primitives.Memory;

namespace ModularKv.Host.Commands.Memory;

/// <summary>A command waiting for execution.</summary>
internal struct BatchItem
{
    public Client Client;
    public Command? Command;
    public int First;
    public int Count;

    /// <summary>Whether it was run beside an earlier one.</summary>
    public bool IsDone;
}

/// <summary>
/// The stages between parsing and execution. Adding a command looks it up, hashes its keys and prefetches their buckets; <see cref="Run"/>
/// prefetches the records and then executes in order. Prefetching is worth a third of the time at P=64 and costs nothing in cache.
/// </summary>
internal sealed unsafe class CommandBatch(ArgumentArena arguments, CommandTable table, Databases databases, Executor executor)
{
    private const int InitialCapacity = 2048;

    /// <summary>Keys of one command that are hashed ahead; further ones are hashed when they are used.</summary>
    private const int KeysAheadMax = 64;

    /// <summary>A command alone would only wait for what it asked for.</summary>
    private const int ElementsWorthPrefetching = 4;

    private BatchItem[] _items = new BatchItem[InitialCapacity];
    private int _count;
    private int _elements;
    private bool _running;
    private int _at;

    /// <summary>Commands waiting.</summary>
    public int Count => _count;

    /// <summary>The client whose command of this batch runs now; null: none does.</summary>
    public Client? Running => _running ? _items[_at].Client : null;

    /// <summary>
    /// Runs, within the running command, what other clients have in the batch behind it: it may take long, and they must not wait for it.
    /// </summary>
    public void RunBehind()
    {
        if (!_running) return;
        Client running = _items[_at].Client;
        for (int i = _at + 1; i < _count; i++)
        {
            ref BatchItem item = ref _items[i];
            if (item.IsDone || item.Client == running) continue;
            item.IsDone = true;
            executor.Execute(item.Client, item.Command, arguments.At(item.First), item.Count);
        }
    }

    /// <summary>Adds a command.</summary>
    public void Add(Client client, int first, int count)
    {
        Argument* argument = arguments.At(first);
        Command? command = Find(client, argument);
        if (_count == _items.Length) Array.Resize(ref _items, _count * 2);
        ref BatchItem item = ref _items[_count++];
        item.Client = client;
        item.Command = command;
        item.First = first;
        item.Count = count;
        item.IsDone = false;
        if (command is null || (uint)(command.FirstKey - 1) >= (uint)(count - 1)) return;
        HashKeys(client, command, argument, count);
        if ((uint)(command.Element - 1) >= (uint)(count - 1)) return;
        argument += command.Element;
        argument->Hash = KeyHash.Compute(argument->Bytes, argument->Length);
        _elements++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Command? Find(Client client, Argument* name)
    {
        int length = name->Length;
        if (length > 8) return table.Find(name->Span);

        // Eight bytes may be read whatever the length is: the line end and slack follow. The name is compared as it came: folding to lower
        // case by one bit would take other bytes for the '_', '.' and '-' of a name, and a client does not change its spelling.
        ulong mask = length == 8 ? ulong.MaxValue : (1UL << (length * 8)) - 1;
        ulong key = *(ulong*)name->Bytes & mask;
        if (key == client.NamedKey && length == client.NamedLength) return client.NamedCommand;
        Command? command = table.Find(name->Span);
        if (command is not null) client.RememberCommand(key, length, command);
        return command;
    }

    private void HashKeys(Client client, Command command, Argument* argument, int count)
    {
        DatabaseStore database = databases.Store(client.Database);
        int first = command.FirstKey;
        int last = command.LastKey;
        if (last < 0) last += count;
        if (last >= count) last = count - 1;
        int step = command.KeyStep;
        last = Math.Min(last, first + (KeysAheadMax * step));
        for (int i = first; i <= last; i += step)
        {
            ulong hash = KeyHash.Compute(argument[i].Bytes, argument[i].Length);
            argument[i].Hash = hash;
            database.PrefetchBucket(hash);
        }
    }

    /// <summary>Executes everything in order.</summary>
    public void Run()
    {
        Invariant.Check(!_running, "the batch was started within itself");
        _running = true;
        PrefetchRecords();
        if (_elements >= ElementsWorthPrefetching) TryPrefetchElements();
        BatchItem[] items = _items;
        executor.BeginBatch();
        for (int i = 0; i < _count; i++)
        {
            ref BatchItem item = ref items[i];
            if (item.IsDone) continue;
            _at = i;
            executor.Execute(item.Client, item.Command, arguments.At(item.First), item.Count);
        }

        executor.EndBatch();
        _count = _elements = 0;
        _running = false;
    }

    private void TryPrefetchElements()
    {
        try
        {
            PrefetchElements();
        }
        catch (Exception e) when (e is not InvariantException { IsKernel: true })
        {
            // A module's hint failed: nothing has changed yet, and the commands run all the same.
            _elements = 0;
        }
    }

    private void PrefetchElements()
    {
        foreach (ref readonly BatchItem item in _items.AsSpan(0, _count))
        {
            Command? command = item.Command;
            if (command is null || (uint)(command.Element - 1) >= (uint)(item.Count - 1)) continue;
            Argument* argument = arguments.At(item.First);
            Argument* key = argument + command.FirstKey;
            databases.Store(item.Client.Database).PrefetchElement(key->Hash, key->Bytes, key->Length, argument[command.Element].Hash);
        }
    }

    private void PrefetchRecords()
    {
        ReadOnlySpan<BatchItem> items = _items.AsSpan(0, _count);
        foreach (ref readonly BatchItem item in items)
        {
            Command? command = item.Command;
            if (command is null || (uint)(command.FirstKey - 1) >= (uint)(item.Count - 1)) continue;
            Argument* argument = arguments.At(item.First);
            DatabaseStore database = databases.Store(item.Client.Database);
            int last = command.LastKey;
            if (last < 0) last += item.Count;
            if (last >= item.Count) last = item.Count - 1;
            last = Math.Min(last, command.FirstKey + (KeysAheadMax * command.KeyStep));
            for (int i = command.FirstKey; i <= last; i += command.KeyStep) database.PrefetchRecord(argument[i].Hash);
        }
    }
}
