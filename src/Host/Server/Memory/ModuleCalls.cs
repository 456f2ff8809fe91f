using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Commands;
using ModularKv.Host.Commands.Memory;

namespace ModularKv.Host.Server;

/// <summary>Commands called by modules and scripts.</summary>
internal sealed unsafe class ModuleCalls(Executor executor, CommandTable table, Func<Client> createClient, Func<NestedCaller> createCaller)
{
    private readonly OutputBlocks _blocks = new();
    private readonly List<NestedCaller> _callers = [];
    private Client? _own;
    private byte[] _reply = new byte[4096];

    /// <summary>Runs a command and returns its reply in RESP3, valid until the next call.</summary>
    public ReadOnlySpan<byte> Call(Client? asClient, int database, scoped ReadOnlySpan<byte[]> arguments)
    {
        Invariant.Check(arguments.Length > 0, "a call without a command name");
        Client client = asClient ?? (_own ??= createClient());
        int selected = client.Database;
        client.Database = database;
        byte* copy = Copy(arguments);
        var list = new ArgumentList((Argument*)copy, arguments.Length);
        var reply = new ReplyWriter(_blocks) { Protocol = 3 };
        CallFlags flags = CallFlags.DenyBlocking | (asClient is null ? CallFlags.Trusted : CallFlags.None);
        executor.Run(client, table.Find(arguments[0]), list, reply, flags);
        client.Database = selected;
        NativeMemory.Free(copy);
        return Collect(reply);
    }

    /// <summary>Whether a client's rights let it run a command. Null: no such command, or a wrong number of arguments.</summary>
    public bool? MayCall(Client client, scoped ReadOnlySpan<byte[]> arguments)
    {
        Invariant.Check(arguments.Length > 0, "a call without a command name");
        byte* copy = Copy(arguments);
        var list = new ArgumentList((Argument*)copy, arguments.Length);
        bool? may = Executor.MayRun(client, table.Resolve(list), list);
        NativeMemory.Free(copy);
        return may;
    }

    private static byte* Copy(scoped ReadOnlySpan<byte[]> arguments)
    {
        long bytes = (long)arguments.Length * sizeof(Argument);
        foreach (byte[] argument in arguments) bytes += argument.Length;
        byte* copy = (byte*)NativeMemory.Alloc((nuint)bytes + BigArgument.Slack);
        byte* content = copy + ((long)arguments.Length * sizeof(Argument));
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i].CopyTo(new Span<byte>(content, arguments[i].Length));
            ((Argument*)copy)[i] = new Argument { Bytes = content, Length = arguments[i].Length };
            content += arguments[i].Length;
        }

        return copy;
    }

    /// <summary>Lets go of a command that was taken out of the table.</summary>
    public void Forget(Command command)
    {
        _own?.Forget(command);
        foreach (NestedCaller caller in _callers) caller.Forget(command);
    }

    /// <summary>Makes a caller, through which commands are called from within commands.</summary>
    public CommandCaller CreateCaller()
    {
        NestedCaller caller = createCaller();
        _callers.Add(caller);
        return caller;
    }

    private ReadOnlySpan<byte> Collect(ReplyWriter reply)
    {
        int length = 0;
        if (_reply.Length < reply.PendingBytes) _reply = new byte[reply.PendingBytes];
        for (ReadOnlySpan<byte> chunk = reply.NextChunk(); !chunk.IsEmpty; chunk = reply.NextChunk())
        {
            chunk.CopyTo(_reply.AsSpan(length));
            length += chunk.Length;
            reply.Advance(chunk.Length);
        }

        return _reply.AsSpan(0, length);
    }
}
