using ModularKv.Abstractions;

namespace ModularKv.Host.Commands;

/// <summary>CLIENT PAUSE: holds commands back until a time. Source: redis.io/commands/client-pause.</summary>
internal sealed class PauseControl(IClock clock)
{
    private readonly List<Client> _held = [];
    private long _untilMs;
    private PauseState _state;

    /// <summary>Called when a pause begins or ends.</summary>
    public Action<PauseState> Changed { get; set; } = _ => { };

    /// <summary>What is held back now.</summary>
    public PauseState State
    {
        get
        {
            if (_state != PauseState.None && clock.UnixMs >= _untilMs) End();
            return _state;
        }
    }

    /// <summary>Starts, prolongs or widens a pause; it is never shortened or narrowed by another.</summary>
    public void Begin(long untilMs, bool writesOnly)
    {
        PauseState wanted = writesOnly ? PauseState.Writes : PauseState.All;
        PauseState present = State;
        _untilMs = present == PauseState.None ? untilMs : Math.Max(untilMs, _untilMs);
        _state = present == PauseState.All ? PauseState.All : wanted;
        Changed(_state);
    }

    /// <summary>Ends the pause and lets the held clients go on.</summary>
    public void End()
    {
        if (_state == PauseState.None) return;
        _state = PauseState.None;
        Changed(_state);
        foreach (Client client in _held) client.ResumeLater();
        _held.Clear();
    }

    /// <summary>Whether a command is held back.</summary>
    public bool Holds(Client client, Command command, ArgumentList arguments)
    {
        if ((client.Flags & (ClientFlags.Replica | ClientFlags.Master | ClientFlags.Internal)) != 0) return false;
        if (_state == PauseState.All) return true;
        return (command.FlagsFor(client, arguments) & (CommandFlags.Write | CommandFlags.MayReplicate)) != 0;
    }

    /// <summary>Clients that wait. Counted now, for reports.</summary>
    public int HeldCount => _held.Count(client => !client.IsClosed);

    /// <summary>Notes a client that waits.</summary>
    public void Add(Client client) => _held.Add(client);
}
