using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;
using ModularKv.Host.Propagation.Memory;

namespace ModularKv.Host.Commands.Memory;

/// <summary>Runs what a client has queued, within the command that asks for it: EXEC.</summary>
internal sealed unsafe class QueueRun(Executor executor, KeyspaceState keyspace, Databases databases, PropagationStream propagation)
{
    /// <summary>Runs all commands of the queue as the outer command's client.</summary>
    public void Run(CommandFrame outer, CommandQueue queue)
    {
        ReadOnlySpan<QueuedCommand> commands = queue.Commands;
        if (commands.Length > 1) Prefetch(commands, databases.Store(outer.Client.Database));
        if (executor.Depth == 1) propagation.EndUnit();
        outer.Flags |= CallFlags.PropagationStated;
        outer.Reply.Array(commands.Length);
        bool isDirect = outer.Reply == outer.Client.Output || outer.Reply == executor.Discarded;
        CommandFrame frame = executor.Enter();
        try
        {
            foreach (ref readonly QueuedCommand queued in commands)
            {
                ReplyWriter reply = isDirect ? WriterOf(outer.Client) : outer.Reply;
                bool isOther = executor.Timed is { } last && (last != queued.Command || !last.TimedTogether);
                if (isOther) executor.CloseTiming(queued.Command); // the frame is still that of the last one
                PrepareQueued(frame, outer, queued, reply);
                if (outer.Client.Rights is { } rights && !MayRunQueued(rights, frame)) continue;
                if (executor.IsWatched(outer.Client)) executor.RunWatched(frame); else executor.RunTimed(frame);
                if (frame.Dirty != 0 || (frame.Flags & CallFlags.ForcePropagation) != 0) executor.Finish(frame);
            }
        }
        finally
        {
            if (executor.Timed is not null) executor.CloseTiming(null);
            executor.Leave();
            if (outer.Reply != executor.Discarded) executor.Discarded.Clear();
        }
    }

    // Rights may have changed since the command was queued.
    private static bool MayRunQueued(ClientRights rights, CommandFrame frame)
    {
        if ((frame.Flags & CallFlags.Trusted) != 0 || rights.Allows(frame.Command, frame.All)) return true;
        frame.Reply.Error(rights.Refuse(frame.Client, frame.Command, frame.All, CallOrigin.Queue));
        frame.Reply.Errors = 0;
        return false;
    }

    // CLIENT REPLY inside the queue takes effect from the next command on.
    private ReplyWriter WriterOf(Client client)
    {
        if ((client.Flags & (ClientFlags.ReplyOff | ClientFlags.ReplySkip)) != 0) return executor.Discarded;
        client.FlushLater();
        return client.Output;
    }

    private void PrepareQueued(CommandFrame frame, CommandFrame outer, in QueuedCommand queued, ReplyWriter reply)
    {
        Client client = outer.Client;
        frame.Arguments = queued.Arguments;
        frame.Count = queued.Count;
        frame.Command = queued.Command;
        frame.Client = client;
        frame.Reply = reply;
        frame.Database = databases[client.Database];
        frame.NowMs = outer.NowMs;
        frame.Dirty = 0;
        frame.Flags = CallFlags.Queued | CallFlags.DenyBlocking | (outer.Flags & (CallFlags.Trusted | CallFlags.Full));
        bool keepsClocks = (client.Flags & ClientFlags.NoTouch) != 0 && queued.Command.Spec.Name != "touch";
        if (keyspace.KeepsAccessClocks != keepsClocks) keyspace.KeepsAccessClocks = keepsClocks;
    }

    /// <summary>What a transaction will touch is fetched at once, as for a batch: it may have been queued long ago.</summary>
    private static void Prefetch(ReadOnlySpan<QueuedCommand> commands, DatabaseStore database)
    {
        foreach (ref readonly QueuedCommand queued in commands)
        {
            int first = queued.Command.FirstKey;
            if ((uint)(first - 1) >= (uint)(queued.Count - 1)) continue;
            Argument* key = queued.Arguments + first;
            if (key->Hash == 0) key->Hash = KeyHash.Compute(key->Bytes, key->Length);
            database.PrefetchBucket(key->Hash);
        }

        foreach (ref readonly QueuedCommand queued in commands)
        {
            int first = queued.Command.FirstKey;
            if ((uint)(first - 1) < (uint)(queued.Count - 1)) database.PrefetchRecord(queued.Arguments[first].Hash);
        }
    }
}
