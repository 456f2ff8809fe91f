using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>SORT's options: where its patterns stand among the arguments, and the rest by value.</summary>
internal struct SortOptions
{
    /// <summary>DESC.</summary>
    public bool Descending;

    /// <summary>ALPHA.</summary>
    public bool Alpha;

    /// <summary>BY with a pattern that names no key: the elements stay in their own order.</summary>
    public bool DoNotSort;

    /// <summary>LIMIT's first number.</summary>
    public long Offset;

    /// <summary>LIMIT's second number; negative: all.</summary>
    public long Count = -1;

    /// <summary>Index of BY's pattern; 0: none.</summary>
    public int By;

    /// <summary>Index of STORE's key; 0: none.</summary>
    public int Store;

    /// <summary>Number of GET options.</summary>
    public int Gets;

    public SortOptions()
    {
    }

    /// <summary>Reads the options; replies the error when they are malformed.</summary>
    public static bool TryRead(ref CommandContext call, bool readOnly, bool isCluster, out SortOptions options)
    {
        options = new SortOptions();
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            int left = call.ArgumentCount - i - 1;
            if (call.ArgumentIs(i, "asc"u8))
            {
                options.Descending = false;
            }
            else if (call.ArgumentIs(i, "desc"u8))
            {
                options.Descending = true;
            }
            else if (call.ArgumentIs(i, "alpha"u8))
            {
                options.Alpha = true;
            }
            else if (call.ArgumentIs(i, "limit"u8) && left >= 2)
            {
                if (!NumberText.TryParse(call.Argument(i + 1), out options.Offset)
                    || !NumberText.TryParse(call.Argument(i + 2), out options.Count))
                {
                    call.Reply.NotAnInteger();
                    return false;
                }

                i += 2;
            }
            else if (!readOnly && call.ArgumentIs(i, "store"u8) && left >= 1)
            {
                options.Store = ++i;
            }
            else if (call.ArgumentIs(i, "by"u8) && left >= 1)
            {
                options.By = ++i;
                if (call.Argument(i).IndexOf((byte)'*') < 0) options.DoNotSort = true;
                else if (!MayUsePattern(ref call, isCluster, "BY")) return false;
            }
            else if (call.ArgumentIs(i, "get"u8) && left >= 1)
            {
                if (!MayUsePattern(ref call, isCluster, "GET")) return false;
                options.Gets++;
                i++;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        return true;
    }

    // Which keys the patterns name is known only when they are read: in a cluster they may be elsewhere, and rights must be for all keys.
    private static bool MayUsePattern(ref CommandContext call, bool isCluster, string option)
    {
        bool mayReadEveryKey = call.Client.Rights?.AllowsEveryKey(call.Command, call.Arguments, KeyFlags.Access) ?? true;
        if (!isCluster && mayReadEveryKey) return true;
        call.Reply.Error($"ERR {option} option of SORT denied {(isCluster ? "in Cluster mode." : "due to insufficient ACL permissions.")}");
        return false;
    }

    /// <summary>Index of the next GET pattern from <paramref name="after"/> on (2 to begin); 0: no more.</summary>
    public static int NextGet(scoped ref CommandContext call, int after)
    {
        for (int i = after; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentIs(i, "limit"u8)) i += 2;
            else if (call.ArgumentIs(i, "by"u8) || call.ArgumentIs(i, "store"u8)) i++;
            else if (call.ArgumentIs(i, "get"u8)) return i + 1;
        }

        return 0;
    }

    /// <summary>Key finder of SORT: the key and the last STORE. BY's and GET's keys follow from the data. Source: sortGetKeys.</summary>
    public static bool FindKeys(ArgumentList arguments, KeyPositions keys)
    {
        keys.Add(1, KeyFlags.RO | KeyFlags.Access);
        int store = 0;
        for (int i = 2; i < arguments.Count; i++)
        {
            if (arguments.Is(i, "limit"u8)) i += 2;
            else if (arguments.Is(i, "get"u8) || arguments.Is(i, "by"u8)) i++;
            else if (arguments.Is(i, "store"u8) && i + 1 < arguments.Count) store = i + 1;
        }

        if (store != 0) keys.Add(store, KeyFlags.OW | KeyFlags.Update);
        return true;
    }

    /// <summary>Key finder of SORT_RO. Source: sortROGetKeys.</summary>
    public static bool FindKeysReadOnly(ArgumentList arguments, KeyPositions keys)
    {
        keys.Add(1, KeyFlags.RO | KeyFlags.Access);
        return true;
    }
}
