using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Tls.Unsafe;

/// <summary>
/// The library's way to the wire: it reads straight into its record buffer and writes straight out of it, no bytes are copied between.
/// </summary>
internal static unsafe class WireBio
{
    private const int SourceAndSink = 0x400;
    private const int ShouldRead = 0x01 | 0x08;
    private const int ShouldWrite = 0x02 | 0x08;
    private const int RetryFlags = 0x0f;
    private const int ControlEof = 2;
    private const int ControlFlush = 11;

    private static readonly nint Kind = CreateKind();

    private static nint CreateKind()
    {
        nint kind;
        fixed (byte* name = "wire\0"u8) kind = LibSsl.BioMethodNew(LibSsl.BioNewIndex() | SourceAndSink, name);
        LibSsl.BioMethodSetRead(kind, (nint)(delegate* unmanaged<nint, byte*, int, int>)&Read);
        LibSsl.BioMethodSetWrite(kind, (nint)(delegate* unmanaged<nint, byte*, int, int>)&Write);
        LibSsl.BioMethodSetControl(kind, (nint)(delegate* unmanaged<nint, int, nint, nint, nint>)&Control);
        return kind;
    }

    /// <summary>One end for a session. The session frees it together with itself.</summary>
    public static nint Create(nint session)
    {
        nint bio = LibSsl.BioNew(Kind);
        LibSsl.BioSetData(bio, session);
        LibSsl.BioSetInit(bio, 1);
        return bio;
    }

    private static TlsSession Session(nint bio)
        => System.Runtime.CompilerServices.Unsafe.As<TlsSession>(GCHandle.FromIntPtr(LibSsl.BioGetData(bio)).Target!);

    // No exception may pass through the library: one breaks the connection.
    [UnmanagedCallersOnly]
    private static int Read(nint bio, byte* into, int length)
    {
        LibSsl.BioClearFlags(bio, RetryFlags);
        TlsSession session = Session(bio);
        int received;
        try
        {
            received = session.Wire.Receive(new Span<byte>(into, length));
        }
        catch (Exception e)
        {
            session.WireError = e.Message;
            return -1;
        }

        if (received > 0) return received;
        if (received == IWire.WouldBlock) LibSsl.BioSetFlags(bio, ShouldRead);
        else session.IsWireAtEnd = true;
        return received == 0 ? 0 : -1;
    }

    [UnmanagedCallersOnly]
    private static int Write(nint bio, byte* bytes, int length)
    {
        LibSsl.BioClearFlags(bio, RetryFlags);
        TlsSession session = Session(bio);
        int sent;
        try
        {
            sent = session.Wire.Send(new ReadOnlySpan<byte>(bytes, length));
        }
        catch (Exception e)
        {
            session.WireError = e.Message;
            return -1;
        }

        if (sent > 0) return sent;
        if (sent == IWire.WouldBlock) LibSsl.BioSetFlags(bio, ShouldWrite);
        return -1;
    }

    [UnmanagedCallersOnly]
    private static nint Control(nint bio, int command, nint number, nint pointer) => command switch
    {
        ControlFlush => 1,
        ControlEof => Session(bio).IsWireAtEnd ? 1 : 0,
        _ => 0,
    };
}
