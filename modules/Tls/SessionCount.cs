namespace ModularKv.Tls;

/// <summary>What INFO says about sessions.</summary>
internal sealed class SessionCount
{
    /// <summary>Sessions that exist, those in their handshake too.</summary>
    public long Open;

    /// <summary>Handshakes that failed since the start.</summary>
    public long Failed;
}
