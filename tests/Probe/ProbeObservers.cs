using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Probe;

/// <summary>Refuses PROBE.GUARDED while it is switched on.</summary>
internal sealed class ProbeInterceptor : CommandInterceptor
{
    private bool _on;

    /// <inheritdoc/>
    public override int Order => 450;

    /// <inheritdoc/>
    public override Verdict Before(ref CommandContext call)
    {
        if (call.ArgumentCount > 1 && call.Command.Spec.Name == "probe.guard") ProbeFault.ThrowFor(call.Argument(1));
        if (!_on || call.Command.Spec.Name != "probe.guarded") return Verdict.Continue;
        call.Reply.Error("ERR refused by the probe"u8);
        return Verdict.Rejected;
    }

    /// <summary>PROBE.GUARD on|off.</summary>
    public void Switch(ref CommandContext call)
    {
        _on = call.ArgumentIs(1, "on"u8);
        call.Reply.Ok();
    }
}

/// <summary>Keeps the last propagated commands as text.</summary>
internal sealed class ProbeStream : PropagationSubscriber
{
    private const int KeptMax = 100;
    private readonly Queue<byte[]> _kept = [];

    /// <inheritdoc/>
    public override void Append(int database, ReadOnlySpan<byte> encoded, long nowMs)
    {
        if (encoded.IndexOf(ProbeFault.Key) >= 0) throw new InvalidOperationException("asked for by the key");
        if (_kept.Count == KeptMax) _kept.Dequeue();
        _kept.Enqueue(encoded.ToArray());
    }

    /// <summary>PROBE.STREAM: the commands in RESP, oldest first; forgets them.</summary>
    public void Report(ref CommandContext call)
    {
        call.Reply.Array(_kept.Count);
        while (_kept.TryDequeue(out byte[]? one)) call.Reply.Bulk(one);
    }
}

/// <summary>Makes the probe's callbacks throw where a test asks for it.</summary>
internal static class ProbeFault
{
    /// <summary>Commands with this key make the observers, the stream and the interceptor throw.</summary>
    public static ReadOnlySpan<byte> Key => "probe:fault"u8;

    /// <summary>Throws for that key.</summary>
    public static void ThrowFor(ReadOnlySpan<byte> key)
    {
        if (key.SequenceEqual(Key)) throw new InvalidOperationException("asked for by the key");
    }

    /// <summary>PROBE.FAULT [TIMER]: throws, or lets a timer and a posted job throw soon.</summary>
    public static void Command(ref CommandContext call)
    {
        if (!call.ArgumentIs(1, "timer"u8)) throw new InvalidOperationException("asked for");
        call.Server.Scheduler.After(0, () => throw new InvalidOperationException("asked for in a timer"));
        call.Server.Scheduler.Post(() => throw new InvalidOperationException("asked for in a posted job"));
        call.Reply.Ok();
    }
}

/// <summary>Counts key events.</summary>
internal sealed class ProbeKeyObserver : KeyObserver
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public ProbeKeyObserver() => Interest = KeyInterest.Events | KeyInterest.OldValues | KeyInterest.Flushes;

    /// <inheritdoc/>
    public override void Happened(in KeyEvent happened)
    {
        ProbeFault.ThrowFor(happened.Key.Bytes);
        Count(Encoding.UTF8.GetString(happened.Name));
    }

    /// <inheritdoc/>
    public override void Changing(Database database, KeyRef key, Entry oldValue)
    {
        ProbeFault.ThrowFor(key.Bytes);
        Count("(changing)");
    }

    /// <inheritdoc/>
    public override void Flushing(Database? database, Database? swappedWith) => Count("(flushing)");

    /// <summary>PROBE.EVENTS [RESET]: name and count of each event, in the order of names.</summary>
    public void Report(ref CommandContext call)
    {
        call.Reply.Map(_counts.Count);
        foreach ((string name, long count) in _counts)
        {
            call.Reply.Bulk(Encoding.UTF8.GetBytes(name));
            call.Reply.Integer(count);
        }

        if (call.ArgumentIs(1, "reset"u8)) _counts.Clear();
    }

    private void Count(string name) => _counts[name] = _counts.GetValueOrDefault(name) + 1;
}

/// <summary>Counts what happens in the server's life.</summary>
internal sealed class ProbeServerObserver : ServerObserver
{
    public long Connections { get; private set; }

    public long Disconnections { get; private set; }

    public long Ticks { get; private set; }

    public long Sleeps { get; private set; }

    public long Starts { get; private set; }

    /// <inheritdoc/>
    public override bool WantsBeforeSleep => true;

    /// <inheritdoc/>
    public override void Connected(Client client) => Connections++;

    /// <inheritdoc/>
    public override void Disconnected(Client client) => Disconnections++;

    /// <inheritdoc/>
    public override void Tick() => Ticks++;

    /// <inheritdoc/>
    public override void BeforeSleep() => Sleeps++;

    /// <inheritdoc/>
    public override void Started() => Starts++;
}
