namespace ModularKv.Abstractions;

/// <summary>What a client may do. One object may serve all clients of a user, and may change. Loop thread only.</summary>
/// <remarks>Asked right after the checks for authentication, before memory, loading and pauses. Nothing here allocates but a
/// refusal.</remarks>
public abstract class ClientRights
{
    /// <summary>Whether the client may run the command with these arguments: the command itself, its keys and its channels.</summary>
    public abstract bool Allows(Command command, ArgumentList arguments);

    /// <summary>Whether the client may run the command, and reach every key in that way: for keys that follow from the data
    /// (SORT … BY).</summary>
    public abstract bool AllowsEveryKey(Command command, ArgumentList arguments, KeyFlags access);

    /// <summary>Whether the client may reach the key in that way, by whatever command.</summary>
    public abstract bool AllowsKey(ReadOnlySpan<byte> key, KeyFlags access);

    /// <summary>Whether the client may use the channel; <paramref name="isPattern"/>: it is a pattern to subscribe to.</summary>
    public abstract bool AllowsChannel(ReadOnlySpan<byte> channel, bool isPattern);

    /// <summary>Whether values that the client brings as bytes (RESTORE) are trusted as far as the configuration lets that be.</summary>
    public virtual bool SkipsSanitizing => false;

    /// <summary>Called after <see cref="Allows"/> said no and the command is refused: notes it, and says why.</summary>
    /// <returns>The error, its code first.</returns>
    public abstract byte[] Refuse(Client client, Command command, ArgumentList arguments, CallOrigin origin);
}

/// <summary>Where a command comes from.</summary>
public enum CallOrigin
{
    /// <summary>From the client itself; it may only be queued.</summary>
    Client,

    /// <summary>From the client's queue: EXEC.</summary>
    Queue,

    /// <summary>A script calls it for the client.</summary>
    Script,

    /// <summary>A module calls it for the client.</summary>
    Module,
}
