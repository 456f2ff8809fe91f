using ModularKv.Abstractions;

namespace ModularKv.Acl.Rules;

/// <summary>What a pattern lets its keys be used for.</summary>
[Flags]
internal enum KeyAccess : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>R: the value is read.</summary>
    Read = 1,

    /// <summary>W: the value is changed.</summary>
    Write = 2,

    /// <summary>Both.</summary>
    All = Read | Write,
}

/// <summary>A pattern of keys or channels, prepared: most are a prefix or a name, which need no glob matching.</summary>
/// <param name="pattern">The glob pattern. Kept.</param>
/// <param name="access">For keys: what they may be used for.</param>
internal sealed class KeyPattern(byte[] pattern, KeyAccess access)
{
    private readonly Kind _kind = KindOf(pattern);
    private readonly int _length = pattern.AsSpan().TrimEnd((byte)'*').Length;

    private enum Kind
    {
        Glob,
        Prefix,
        Name,
    }

    /// <summary>The pattern as it was given.</summary>
    public byte[] Pattern { get; } = pattern;

    /// <summary>What its keys may be used for.</summary>
    public KeyAccess Access { get; } = access;

    /// <summary>Whether it matches every key.</summary>
    public bool IsEverything => Pattern.AsSpan().SequenceEqual("*"u8);

    /// <summary>Whether a name matches. As with every pattern of Redis, an empty name matches nothing but an empty pattern.</summary>
    public bool Matches(ReadOnlySpan<byte> name) => _kind switch
    {
        Kind.Prefix => name.Length > 0 && name.StartsWith(Pattern.AsSpan(0, _length)),
        Kind.Name => name.SequenceEqual(Pattern),
        _ => GlobPattern.Matches(Pattern, name),
    };

    /// <summary>What the flags of a key mean for its pattern: a mere test for existence needs neither.</summary>
    public static KeyAccess Needed(KeyFlags flags)
    {
        KeyAccess needed = (flags & KeyFlags.Access) != 0 ? KeyAccess.Read : KeyAccess.None;
        return (flags & (KeyFlags.Insert | KeyFlags.Delete | KeyFlags.Update)) != 0 ? needed | KeyAccess.Write : needed;
    }

    private static Kind KindOf(ReadOnlySpan<byte> pattern)
    {
        ReadOnlySpan<byte> start = pattern.TrimEnd((byte)'*');
        if (start.IndexOfAny("*?[\\"u8) >= 0) return Kind.Glob;
        return start.Length == pattern.Length ? Kind.Name : Kind.Prefix;
    }
}
