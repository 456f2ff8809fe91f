using ModularKv.Abstractions;
using ModularKv.Aof.Writing;

namespace ModularKv.Aof.Commands;

/// <summary>WAITAOF, for the log of this server.</summary>
/// <remarks>
/// Waits for everything that was written by the time of the call, by whomever: at least what the client itself has written. There are no
/// replicas to ask here, so that their number is 0, and who asks for some waits for the time given.
/// </remarks>
internal sealed class SyncWaits(IServer server, AofLog log, ClientSlot<SyncWait> slot)
{
    private readonly List<Client> _waiting = [];

    private LogWriter Writer => log.Writer;

    /// <summary>WAITAOF numlocal numreplicas timeout. Source: redis.io/commands/waitaof.</summary>
    public void Wait(ref CommandContext call)
    {
        if (!TryArguments(ref call, out long local, out long replicas, out long timeoutMs)) return;
        if (local > 0 && log.State == AofState.Off)
        {
            call.Reply.Error("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."u8);
            return;
        }

        SyncWait? wait = call.IsTimedOut ? call.Client.Get(slot) : null;
        long offset = wait?.Offset ?? server.Propagation.Offset;
        bool isSynced = log.State != AofState.Off && Writer.SyncedOffset >= offset;
        bool isDone = replicas == 0 && (local == 0 || isSynced);
        if (isDone || call.IsTimedOut || call.MayNotBlock)
        {
            call.Client.Set(slot, null);
            _waiting.Remove(call.Client);
            call.Reply.Array(2);
            call.Reply.Integer(isSynced ? 1 : 0);
            call.Reply.Integer(0);
            return;
        }

        call.Client.Set(slot, new SyncWait(offset, replicas == 0));
        _waiting.Add(call.Client);
        call.BlockOnKeys([], timeoutMs, BlockOptions.NoKeys);
    }

    private static bool TryArguments(ref CommandContext call, out long local, out long replicas, out long timeoutMs)
    {
        replicas = timeoutMs = 0;
        if (!NumberText.TryParse(call.Argument(1), out local))
        {
            call.Reply.Error("ERR value is not an integer or out of range"u8);
            return false;
        }

        if (local is < 0 or > 1)
        {
            call.Reply.Error("ERR value is out of range, value must between 0 and 1"u8);
            return false;
        }

        if (!NumberText.TryParse(call.Argument(2), out replicas))
        {
            call.Reply.Error("ERR value is not an integer or out of range"u8);
            return false;
        }

        if (replicas < 0)
        {
            call.Reply.Error("ERR value is out of range, must be positive"u8);
            return false;
        }

        if (!NumberText.TryParse(call.Argument(3), out timeoutMs))
        {
            call.Reply.Error("ERR timeout is not an integer or out of range"u8);
            return false;
        }

        if (timeoutMs >= 0) return true;
        call.Reply.Error("ERR timeout is negative"u8);
        return false;
    }

    /// <summary>More of the stream is durable: those go on who waited for it.</summary>
    public void Synced()
    {
        if (_waiting.Count == 0) return;
        foreach (Client client in _waiting.ToArray())
        {
            if (!client.IsBlocked || client.Get(slot) is not { } wait)
            {
                _waiting.Remove(client);
            }
            else if (wait.IsLocalOnly && wait.Offset <= Writer.SyncedOffset)
            {
                _waiting.Remove(client);
                client.Unblock();
            }
        }
    }
}

/// <summary>What a client waits for.</summary>
/// <param name="Offset">Place in the stream of effects.</param>
/// <param name="IsLocalOnly">Whether the local log is all.</param>
internal sealed record SyncWait(long Offset, bool IsLocalOnly);
