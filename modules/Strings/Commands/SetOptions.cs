using ModularKv.Abstractions;

namespace ModularKv.Strings.Commands;

/// <summary>The words behind SET's value. An option may be repeated; contradicting ones are a syntax error.</summary>
internal struct SetOptions
{
    /// <summary>NX.</summary>
    public bool OnlyNew;

    /// <summary>XX.</summary>
    public bool OnlyExisting;

    /// <summary>GET.</summary>
    public bool Get;

    /// <summary>KEEPTTL.</summary>
    public bool KeepTtl;

    /// <summary>EX, PX, EXAT or PXAT.</summary>
    public ExpiryKind Expires;

    /// <summary>Index of its argument.</summary>
    public int ExpiresIndex;

    /// <summary>Reads SET's options. False: syntax error.</summary>
    public static bool TryParse(ArgumentList arguments, out SetOptions options)
    {
        options = default;
        for (int i = 3; i < arguments.Count; i++)
        {
            if (arguments.Is(i, "nx"u8)) options.OnlyNew = true;
            else if (arguments.Is(i, "xx"u8)) options.OnlyExisting = true;
            else if (arguments.Is(i, "get"u8)) options.Get = true;
            else if (arguments.Is(i, "keepttl"u8)) options.KeepTtl = true;
            else if (!TryExpiry(arguments, ref i, ref options.Expires, ref options.ExpiresIndex)) return false;
            if (options.OnlyNew && options.OnlyExisting) return false;
            if (options.KeepTtl && options.Expires != ExpiryKind.None) return false;
        }

        return true;
    }

    /// <summary>Reads an expiry option and moves on to its argument. False: it is none, or another kind was given before.</summary>
    public static bool TryExpiry(ArgumentList arguments, ref int index, ref ExpiryKind kind, ref int argument)
    {
        ExpiryKind found = Expiry.KindOf(arguments[index]);
        if (found == ExpiryKind.None || index + 1 == arguments.Count) return false;
        if (kind != ExpiryKind.None && kind != found) return false;
        kind = found;
        argument = ++index;
        return true;
    }
}
