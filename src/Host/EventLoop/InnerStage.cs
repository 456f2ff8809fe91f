namespace ModularKv.Host.EventLoop;

/// <summary>Takes the place of an iteration's reading and executing stages while one is going on outside.</summary>
internal abstract class InnerStage
{
    /// <summary>Before the sockets are looked at.</summary>
    public abstract void Enter();

    /// <summary>All sockets were read: executes what is left of the batch.</summary>
    public abstract void EndOfReading();

    /// <summary>The outer stages have their place again.</summary>
    public abstract void Leave();
}
