namespace ModularKv.Abstractions.Transport;

/// <summary>One connection of a transport. Disposing of it says goodbye to the peer as far as that goes without waiting.</summary>
/// <remarks>
/// Not yet stable. Loop thread only; must never wait. An exception breaks this connection and is logged. After
/// <see cref="Broken"/> or an end nothing but <see cref="Error"/> and Dispose is used.
/// </remarks>
public abstract class TransportSession : IDisposable
{
    /// <summary>It goes on when the wire has something to receive.</summary>
    public const int NeedsInput = -1;

    /// <summary>It goes on when the wire has room to send, whichever of the two directions asked.</summary>
    public const int NeedsOutput = -2;

    /// <summary>It is over; <see cref="Error"/> says why.</summary>
    public const int Broken = -3;

    /// <summary>Goes on with what has to be exchanged before the first plain byte. Called until it is complete.</summary>
    /// <returns>0: complete; <see cref="NeedsInput"/>, <see cref="NeedsOutput"/> or <see cref="Broken"/>.</returns>
    public abstract int Handshake();

    /// <summary>Gives plain bytes.</summary>
    /// <param name="into">At least one byte of room.</param>
    /// <returns>How many; 0: the peer said goodbye; <see cref="NeedsInput"/>, <see cref="NeedsOutput"/> or <see cref="Broken"/>.</returns>
    public abstract int Receive(Span<byte> into);

    /// <summary>Takes plain bytes and sends them.</summary>
    /// <param name="bytes">
    /// At least one byte. When the last call did not take all, it begins with the bytes that are left of that, and may be longer.
    /// </param>
    /// <returns>How many were taken; <see cref="NeedsInput"/>, <see cref="NeedsOutput"/> or <see cref="Broken"/>: none.</returns>
    public abstract int Send(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Whether <see cref="Receive"/> may have something to give although the wire has nothing: bytes taken from the wire earlier. False
    /// right after <see cref="NeedsInput"/>.
    /// </summary>
    public abstract bool HasBuffered { get; }

    /// <summary>What went wrong, for the log; null: nothing did.</summary>
    public abstract string? Error { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives everything back. Called once.</summary>
    protected abstract void Close();
}
