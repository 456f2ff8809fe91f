using System.Globalization;
using System.Runtime.Loader;
using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Probe;

/// <summary>Timers, background work, calls, a walk over the keyspace, state of clients.</summary>
/// <param name="server">The server.</param>
/// <param name="note">What PROBE.STATE keeps with a client.</param>
/// <param name="answer">What a client that waits for work will be told.</param>
internal sealed class WorkCommands(IServer server, ClientSlot<string> note, ClientSlot<string> answer)
{
    /// <summary>PROBE.LATER ms key value: sets the key when the time has come.</summary>
    public void Later(ref CommandContext call)
    {
        if (!long.TryParse(call.Argument(1), CultureInfo.InvariantCulture, out long delayMs) || delayMs < 0)
        {
            call.Reply.NotAnInteger();
            return;
        }

        byte[] key = call.Argument(2).ToArray();
        byte[] value = call.Argument(3).ToArray();
        int database = call.Client.Database;
        server.Scheduler.After(delayMs, () => server.Call(null, database, "SET"u8.ToArray(), key, value));
        call.Reply.Ok();
    }

    /// <summary>PROBE.SUM n: 1 + … + n, added up on another thread.</summary>
    public void Sum(ref CommandContext call)
    {
        if (!long.TryParse(call.Argument(1), CultureInfo.InvariantCulture, out long bound)) call.Reply.NotAnInteger();
        else if (!TryReplyAnswer(ref call)) StartSum(ref call, bound);
    }

    /// <summary>PROBE.SNAPSHOT: "database key type" of every key, in no order.</summary>
    public void Snapshot(ref CommandContext call)
    {
        if (TryReplyAnswer(ref call)) return;
        if (server.Snapshots.Active)
        {
            call.Reply.Error("ERR a walk is under way"u8);
            return;
        }

        long id = call.Client.Id;
        call.BlockOnKeys([], 0, BlockOptions.NoKeys);
        server.Snapshots.Start(new ProbeSnapshot(text => Deliver(id, text)));
    }

    /// <summary>PROBE.CALL command [argument …]: runs it as this client.</summary>
    public void Call(ref CommandContext call)
    {
        var arguments = new byte[call.ArgumentCount - 1][];
        for (int i = 0; i < arguments.Length; i++) arguments[i] = call.Argument(i + 1).ToArray();
        byte[] reply = server.Call(call.Client, call.Client.Database, arguments).ToArray();
        call.Reply.Bulk(reply);
    }

    /// <summary>PROBE.STATE [text]: replies what was kept, and keeps the text.</summary>
    public void State(ref CommandContext call)
    {
        string kept = call.Client.Get(note) ?? "";
        if (call.ArgumentCount > 1) call.Client.Set(note, Encoding.UTF8.GetString(call.Argument(1)));
        call.Reply.Bulk(Encoding.UTF8.GetBytes(kept));
    }

    /// <summary>PROBE.LOAD path [argument …]: OK, or the reason.</summary>
    public void Load(ref CommandContext call)
    {
        List<string> arguments = [];
        for (int i = 2; i < call.ArgumentCount; i++) arguments.Add(Encoding.UTF8.GetString(call.Argument(i)));
        ReplyOutcome(ref call, server.Modules.Load(Encoding.UTF8.GetString(call.Argument(1)), arguments, []));
    }

    /// <summary>PROBE.UNLOAD name: OK, or the reason.</summary>
    public void Unload(ref CommandContext call) => ReplyOutcome(ref call, server.Modules.Unload(Encoding.UTF8.GetString(call.Argument(1))));

    /// <summary>PROBE.MODULES: name, number of commands and of faults of each module, in start order.</summary>
    public void Modules(ref CommandContext call)
    {
        call.Reply.Array(server.Modules.All.Count);
        foreach (ModuleDescription module in server.Modules.All)
        {
            call.Reply.Bulk(Encoding.UTF8.GetBytes($"{module.Name} {module.Commands.Count} {module.Faults}"));
        }
    }

    /// <summary>PROBE.CONTEXTS: load contexts that are still alive after a garbage collection.</summary>
    public void Contexts(ref CommandContext call)
    {
        server.Debug.CollectGarbage();
        call.Reply.Integer(AssemblyLoadContext.All.Count());
    }

    private static void ReplyOutcome(ref CommandContext call, string? refusal)
    {
        if (refusal is null) call.Reply.Ok();
        else call.Reply.Error("ERR " + refusal);
    }

    private void StartSum(ref CommandContext call, long bound)
    {
        long id = call.Client.Id;
        long sum = 0;
        call.BlockOnKeys([], 0, BlockOptions.NoKeys);
        server.Scheduler.Background(
            () =>
            {
                for (long i = 1; i <= bound; i++) sum += i;
            },
            error => Deliver(id, error?.Message ?? sum.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Whether the call is over: the work is done, or may not be waited for.</summary>
    private bool TryReplyAnswer(ref CommandContext call)
    {
        if (call.IsTimedOut)
        {
            call.Reply.Bulk(Encoding.UTF8.GetBytes(call.Client.Get(answer) ?? ""));
            call.Client.Set(answer, null);
            return true;
        }

        if (call.MayNotBlock) call.Reply.Error("ERR the work is done in the background and cannot be waited for here"u8);
        return call.MayNotBlock;
    }

    private void Deliver(long clientId, string text)
    {
        if (server.Clients.Find(clientId) is not { } client) return;
        client.Set(answer, text);
        client.Unblock();
    }
}

/// <summary>Collects a walk as text.</summary>
internal sealed class ProbeSnapshot(Action<string> done) : SnapshotConsumer
{
    private readonly StringBuilder _text = new();
    private bool _continues;

    /// <inheritdoc/>
    public override bool Ready => true;

    /// <inheritdoc/>
    public override void Take(SnapshotChunk chunk)
    {
        using (chunk)
        {
            while (chunk.Read(out SnapshotEntry entry))
            {
                if (!_continues) _text.Append($"{entry.Database} {Encoding.UTF8.GetString(entry.Key)} {entry.Type}\n");
                _continues = entry.Continued;
            }
        }
    }

    /// <inheritdoc/>
    public override void Ended(string? error) => done(error ?? _text.ToString());
}
