namespace ModularKv.Host.Configuration;

/// <summary>The letters of <c>notify-keyspace-events</c>.</summary>
internal static class KeyspaceEventClasses
{
    /// <summary>Redis's refusal.</summary>
    public const string Invalid = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";

    private const string Letters = "Ag$lshzxetdnKEm";

    /// <summary>True when every letter is a class.</summary>
    public static bool IsValid(string classes) => classes.All(Letters.Contains);
}
