using ModularKv.Abstractions;

namespace ModularKv.Transactions.Commands;

/// <summary>MULTI, EXEC and DISCARD.</summary>
internal sealed class TransactionCommands(TransactionStates states)
{
    /// <summary>MULTI. Source: redis.io/commands/multi.</summary>
    public void Multi(ref CommandContext call)
    {
        if ((call.Client.Flags & ClientFlags.Multi) != 0)
        {
            call.Reply.Error("ERR MULTI calls can not be nested"u8);
            return;
        }

        states.Begin(call.Client);
        call.Reply.Ok();
    }

    /// <summary>EXEC. Source: redis.io/commands/exec.</summary>
    public void Exec(ref CommandContext call)
    {
        Client client = call.Client;
        if (!TryFind(ref call, "ERR EXEC without MULTI"u8, out TransactionState state)) return;
        if (states.Watches.HasExpired(state)) client.Flags |= ClientFlags.DirtyCas;
        if ((client.Flags & (ClientFlags.DirtyCas | ClientFlags.DirtyExec)) != 0)
        {
            bool wasRefused = (client.Flags & ClientFlags.DirtyExec) != 0;
            if (wasRefused) call.Reply.Error("EXECABORT Transaction discarded because of previous errors."u8); else call.Reply.NullArray();
            states.End(client);
            return;
        }

        // At once: its own writes must not look for what it watches.
        states.Watches.RemoveAll(state);
        state.IsExecuting = true;
        try
        {
            call.RunQueue(state.Queue!);
        }
        finally
        {
            state.IsExecuting = false;
            states.End(client);
        }
    }

    /// <summary>EXEC that was refused before it ran drops the transaction too. Source: execCommandAbort.</summary>
    public void ExecRefused(Client client, ReadOnlySpan<byte> error, ReplyWriter reply)
    {
        if (states.Find(client) is not { IsExecuting: true }) states.End(client);
        if (error.StartsWith("ERR "u8)) error = error["ERR "u8.Length..];
        reply.Error([.. "EXECABORT Transaction discarded because of: "u8, .. error]);
    }

    /// <summary>DISCARD. Source: redis.io/commands/discard.</summary>
    public void Discard(ref CommandContext call)
    {
        if (!TryFind(ref call, "ERR DISCARD without MULTI"u8, out _)) return;
        states.End(call.Client);
        call.Reply.Ok();
    }

    private bool TryFind(ref CommandContext call, ReadOnlySpan<byte> otherwise, out TransactionState state)
    {
        state = states.Find(call.Client)!;
        bool isOpen = (call.Client.Flags & ClientFlags.Multi) != 0 && state?.Queue is not null && !state.IsExecuting;
        if (!isOpen) call.Reply.Error(otherwise);
        return isOpen;
    }
}
