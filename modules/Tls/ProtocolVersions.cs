namespace ModularKv.Tls;

/// <summary>Versions of TLS, as <c>tls-protocols</c> names them.</summary>
[Flags]
internal enum ProtocolVersions
{
    None = 0,
    Tls10 = 1,
    Tls11 = 2,
    Tls12 = 4,
    Tls13 = 8,
    Default = Tls12 | Tls13,
}

/// <summary>Reads <c>tls-protocols</c>.</summary>
internal static class ProtocolList
{
    /// <summary>Names separated by spaces, in any case. Null: the default.</summary>
    /// <returns>False: a name is unknown.</returns>
    public static bool TryParse(string? text, out ProtocolVersions versions)
    {
        versions = ProtocolVersions.Default;
        if (text is null) return true;
        versions = ProtocolVersions.None;
        foreach (string name in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            ProtocolVersions one = name.ToUpperInvariant() switch
            {
                "TLSV1" => ProtocolVersions.Tls10,
                "TLSV1.1" => ProtocolVersions.Tls11,
                "TLSV1.2" => ProtocolVersions.Tls12,
                "TLSV1.3" => ProtocolVersions.Tls13,
                _ => ProtocolVersions.None,
            };
            if (one == ProtocolVersions.None) return false;
            versions |= one;
        }

        return true;
    }
}
