namespace ModularKv.Abstractions;

/// <summary>What an interceptor decided about a command.</summary>
public enum Verdict
{
    /// <summary>Goes on to the next interceptor and then to the handler.</summary>
    Continue,

    /// <summary>The interceptor answered; nothing else runs.</summary>
    Answered,

    /// <summary>As <see cref="Answered"/>, and counted as rejected.</summary>
    Rejected,
}

/// <summary>
/// A link in the chain around every execution: ACL, redirects, queueing of transactions, tracking, quotas, audit. Costs nothing while
/// the chain is empty.
/// </summary>
public abstract class CommandInterceptor
{
    /// <summary>Position in the chain, smallest first. ACL 100, cluster 200, transactions 300, quotas 400, observation 900.</summary>
    public abstract int Order { get; }

    /// <summary>Whether <see cref="Before"/> is to be called. Read when it is registered.</summary>
    public virtual bool WantsBefore => true;

    /// <summary>Whether <see cref="After"/> is to be called. Read when it is registered.</summary>
    public virtual bool WantsAfter => false;

    /// <summary>
    /// Whether only clients in a special state concern it: inside MULTI, subscribed in RESP2, replies off … Their commands take the long
    /// way anyway, so such an interceptor costs the commands of all others nothing, and is not asked about them, nor about commands that
    /// run from a queue. Concerns <see cref="Before"/> only. Read when it is registered.
    /// </summary>
    public virtual bool OnlyGated => false;

    /// <summary>Called after the kernel's own checks, before the handler.</summary>
    public virtual Verdict Before(ref CommandContext call) => Verdict.Continue;

    /// <summary>Called after the handler, with the time that it took, in microseconds.</summary>
    public virtual void After(ref CommandContext call, long micros)
    {
    }

    /// <summary>
    /// Called when a request of a client that it follows (<see cref="Client.Follow"/>) is over, whether the command ran, was queued,
    /// blocked or was refused. <see cref="After"/> is called for such a client's commands too, whatever <see cref="WantsAfter"/> says.
    /// </summary>
    /// <param name="client">Who asked.</param>
    /// <param name="command">Null: there is no such command.</param>
    public virtual void Completed(Client client, Command? command)
    {
    }
}
