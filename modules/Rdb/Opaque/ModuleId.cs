namespace ModularKv.Rdb.Opaque;

/// <summary>
/// The number under which a module's values stand in an image: nine characters of a type's name, six bits each, and ten bits of version.
/// Source: module.c, moduleTypeEncodeId.
/// </summary>
internal static class ModuleId
{
    /// <summary>Characters of a name.</summary>
    public const int NameLength = 9;

    /// <summary>Greatest version.</summary>
    public const int VersionMax = (1 << VersionBits) - 1;

    private const int VersionBits = 10;
    private const int CharacterBits = 6;
    private const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>The type's name.</summary>
    public static string NameOf(ulong id)
    {
        Span<char> name = stackalloc char[NameLength];
        id >>= VersionBits;
        for (int i = NameLength - 1; i >= 0; i--)
        {
            name[i] = Characters[(int)(id & ((1 << CharacterBits) - 1))];
            id >>= CharacterBits;
        }

        return new string(name);
    }

    /// <summary>The version of the value's form.</summary>
    public static int VersionOf(ulong id) => (int)(id & VersionMax);

    /// <summary>The number of a name and version; null where the name is none of a module's type.</summary>
    public static ulong? Of(string name, int version)
    {
        if (name.Length != NameLength || version is < 0 or > VersionMax) return null;
        ulong id = 0;
        foreach (char c in name)
        {
            int index = Characters.IndexOf(c, StringComparison.Ordinal);
            if (index < 0) return null;
            id = (id << CharacterBits) | (uint)index;
        }

        return (id << VersionBits) | (uint)version;
    }
}
