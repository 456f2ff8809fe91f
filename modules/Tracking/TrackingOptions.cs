namespace ModularKv.Tracking;

/// <summary>What stands behind CLIENT TRACKING ON.</summary>
internal sealed class TrackingOptions
{
    /// <summary>REDIRECT: id of the client that gets the messages; 0: the tracking client itself.</summary>
    public long Redirect { get; set; }

    /// <summary>BCAST.</summary>
    public bool Broadcast { get; set; }

    /// <summary>OPTIN.</summary>
    public bool OptIn { get; set; }

    /// <summary>OPTOUT.</summary>
    public bool OptOut { get; set; }

    /// <summary>NOLOOP.</summary>
    public bool NoLoop { get; set; }

    /// <summary>PREFIX, each time it was given.</summary>
    public List<byte[]> Prefixes { get; } = [];
}
