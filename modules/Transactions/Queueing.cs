using ModularKv.Abstractions;

namespace ModularKv.Transactions;

/// <summary>Queues the commands of clients inside MULTI instead of running them.</summary>
internal sealed class Queueing(TransactionStates states) : CommandInterceptor
{
    /// <inheritdoc/>
    public override int Order => 300;

    /// <inheritdoc/>
    public override bool OnlyGated => true;

    /// <inheritdoc/>
    public override Verdict Before(ref CommandContext call)
    {
        Client client = call.Client;
        if ((client.Flags & ClientFlags.Multi) == 0 || call.Command.Spec.IsNeverQueued) return Verdict.Continue;

        // What a script or a module calls for the client is no command of the transaction.
        if ((call.MayNotBlock && !call.IsFed) || states.Find(client)?.Queue is not { } queue) return Verdict.Continue;

        // No use in keeping what will not run: the client may not have noticed yet.
        if ((client.Flags & (ClientFlags.DirtyCas | ClientFlags.DirtyExec)) == 0)
        {
            queue.Add(call);
            client.QueuedCommands = queue.Count;
            client.QueuedBytes = queue.Bytes;
            client.QueuedOwnedBytes = queue.OwnedBytes;
            client.QueuedFlags = queue.Flags;
        }

        call.Reply.Raw("+QUEUED\r\n"u8);
        return Verdict.Answered;
    }
}
