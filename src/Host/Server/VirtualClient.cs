using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Server;

/// <summary>A client without a socket: modules and scripts call commands through it.</summary>
internal sealed class VirtualClient : Client
{
    private readonly int _databases;

    public VirtualClient(long id, string user, int databases, bool isInternal)
    {
        Id = id;
        User = user;
        _databases = databases;
        Output = new ReplyWriter(new OutputBlocks()) { Protocol = 3 };
        Flags = ClientFlags.Virtual | (isInternal ? ClientFlags.Internal : 0);
        IsAuthenticated = true;
        IsLocal = true;
    }

    /// <summary>The stand-in of a caller of commands: in no list, and without a number of its own.</summary>
    public static VirtualClient ForCaller(int databases) => new(long.MaxValue, "default", databases, false);

    /// <inheritdoc/>
    public override long QueryBufferBytes => 0;

    /// <inheritdoc/>
    public override long QueryBufferFree => 0;

    /// <inheritdoc/>
    public override long MemoryBytes => Output.PendingBytes;

    /// <inheritdoc/>
    public override bool Select(int index)
    {
        if ((uint)index >= (uint)_databases) return false;
        Database = index;
        return true;
    }

    /// <inheritdoc/>
    public override void FlushLater()
    {
        // There is nobody to send to: the caller reads the output.
    }

    /// <inheritdoc/>
    public override void Close(bool afterReplies = false)
    {
        IsClosed = true;
        Output.Clear();
    }

    /// <inheritdoc/>
    public override bool Unblock(bool withError = false) => false;

    /// <inheritdoc/>
    internal override void Postpone(ArgumentList arguments) => Invariant.Fail("a stand-in client cannot wait");

    /// <inheritdoc/>
    internal override void ResumeLater()
    {
        // Never held, so there is nothing to go on with.
    }
}
