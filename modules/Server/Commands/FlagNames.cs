using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>Flags and categories in COMMAND's words and order. Source: addReplyFlagsForCommand and its neighbours.</summary>
internal static class FlagNames
{
    /// <summary>Command flags; those that Redis keeps to itself (may_replicate, protected, …) are left out.</summary>
    public static readonly (uint Flag, byte[] Name)[] Command =
    [
        .. Rows(
            (CommandFlags.Write, "write"), (CommandFlags.ReadOnly, "readonly"), (CommandFlags.DenyOom, "denyoom"),
            (CommandFlags.Module, "module"), (CommandFlags.Admin, "admin"), (CommandFlags.PubSub, "pubsub"),
            (CommandFlags.NoScript, "noscript"), (CommandFlags.Blocking, "blocking"), (CommandFlags.Loading, "loading"),
            (CommandFlags.Stale, "stale"), (CommandFlags.SkipMonitor, "skip_monitor"), (CommandFlags.SkipSlowLog, "skip_slowlog"),
            (CommandFlags.Asking, "asking"), (CommandFlags.Fast, "fast"), (CommandFlags.NoAuth, "no_auth"),
            (CommandFlags.NoMandatoryKeys, "no_mandatory_keys"), (CommandFlags.NoAsyncLoading, "no_async_loading"),
            (CommandFlags.NoMulti, "no_multi"), (CommandFlags.MovableKeys, "movablekeys"), (CommandFlags.AllowBusy, "allow_busy")),
    ];

    /// <summary>Key flags.</summary>
    public static readonly (uint Flag, byte[] Name)[] Key =
    [
        .. Rows(
            (KeyFlags.RO, "RO"), (KeyFlags.RW, "RW"), (KeyFlags.OW, "OW"), (KeyFlags.RM, "RM"), (KeyFlags.Access, "access"),
            (KeyFlags.Update, "update"), (KeyFlags.Insert, "insert"), (KeyFlags.Delete, "delete"), (KeyFlags.NotKey, "not_key"),
            (KeyFlags.Incomplete, "incomplete"), (KeyFlags.VariableFlags, "variable_flags")),
    ];

    /// <summary>Argument flags.</summary>
    public static readonly (uint Flag, byte[] Name)[] Argument =
    [
        .. Rows(
            (ArgumentFlags.Optional, "optional"), (ArgumentFlags.Multiple, "multiple"), (ArgumentFlags.MultipleToken, "multiple_token")),
    ];

    /// <summary>Documentation flags.</summary>
    public static readonly (uint Flag, byte[] Name)[] Doc = [.. Rows((DocFlags.Deprecated, "deprecated"), (DocFlags.SysCmd, "syscmd"))];

    /// <summary>ACL categories, with the sign that COMMAND INFO puts before them.</summary>
    public static readonly (uint Flag, byte[] Name)[] Category =
    [
        .. Enum.GetValues<AclCategories>().Where(category => category != AclCategories.None)
            .Select(category => ((uint)category, System.Text.Encoding.ASCII.GetBytes("@" + category.ToString().ToLowerInvariant()))),
    ];

    /// <summary>Writes the names of the flags that are set, as a set of simple strings.</summary>
    public static void Write(ReplyWriter reply, uint flags, (uint Flag, byte[] Name)[] names)
    {
        int count = 0;
        foreach ((uint flag, _) in names)
        {
            if ((flags & flag) != 0) count++;
        }

        reply.Set(count);
        foreach ((uint flag, byte[] name) in names)
        {
            if ((flags & flag) != 0) reply.Simple(name);
        }
    }

    private static IEnumerable<(uint Flag, byte[] Name)> Rows<T>(params (T Flag, string Name)[] rows) where T : struct, Enum =>
        rows.Select(row => (Convert.ToUInt32(row.Flag), System.Text.Encoding.ASCII.GetBytes(row.Name)));
}
