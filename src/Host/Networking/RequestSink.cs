using ModularKv.Abstractions;

namespace ModularKv.Host.Networking;

/// <summary>Where connections put the commands that they received. Wired by the server; networking does not know who executes.</summary>
internal abstract class RequestSink
{
    /// <summary>
    /// Adds a command to the batch: <paramref name="count"/> arguments from <paramref name="first"/> on in the shared arena.
    /// </summary>
    public abstract void Add(Client client, int first, int count);

    /// <summary>Commands waiting in the batch.</summary>
    public abstract int Pending { get; }

    /// <summary>The client whose command of the batch runs now, or null.</summary>
    public abstract Client? Running { get; }

    /// <summary>Executes the batch; afterwards the arena and the received bytes may be reused.</summary>
    public abstract void Execute();

    /// <summary>A connection that was accepted and may go on.</summary>
    public abstract void Connected(Client client);

    /// <summary>A connection is about to be closed.</summary>
    public abstract void Closing(Client client);
}
