using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>OBJECT's subcommands. They leave the access clock alone.</summary>
internal sealed class KeyObjects(Settings settings)
{
    /// <summary>Integers below this are shared objects in Redis, which have no count of references of their own.</summary>
    private const long SharedIntegers = 10000;

    /// <summary>What Redis replies for a shared object. Source: OBJ_SHARED_REFCOUNT.</summary>
    private const long SharedReferences = int.MaxValue;

    /// <summary>OBJECT ENCODING key. Source: redis.io/commands/object-encoding.</summary>
    public static void Encoding(ref CommandContext call)
    {
        if (!TryFind(ref call, out Entry entry)) return;
        Span<byte> text = stackalloc byte[64];
        int length = System.Text.Encoding.ASCII.GetBytes(call.Server.Types.Of(entry).EncodingOf(entry), text);
        call.Reply.Bulk(text[..length]);
    }

    /// <summary>OBJECT REFCOUNT key. Source: redis.io/commands/object-refcount.</summary>
    public void ReferenceCount(ref CommandContext call)
    {
        if (!TryFind(ref call, out Entry entry)) return;
        bool shared = settings.SharesIntegers && call.Server.Types.Of(entry) is StringType type && type.EncodingOf(entry) == "int"
            && StringType.TryInteger(entry, out long number) && number is >= 0 and < SharedIntegers;
        call.Reply.Integer(shared ? SharedReferences : 1);
    }

    /// <summary>OBJECT IDLETIME key. Source: redis.io/commands/object-idletime.</summary>
    public void IdleTime(ref CommandContext call)
    {
        if (!TryFind(ref call, out Entry entry)) return;
        if (settings.IsLfu)
        {
            call.Reply.Error("ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between "
                + "policies at runtime LRU and LFU data will take some time to adjust.");
            return;
        }

        call.Reply.Integer(call.Keys.IdleSeconds(entry));
    }

    /// <summary>OBJECT FREQ key. Source: redis.io/commands/object-freq.</summary>
    public void Frequency(ref CommandContext call)
    {
        if (!TryFind(ref call, out Entry entry)) return;
        if (!settings.IsLfu)
        {
            call.Reply.Error("ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching "
                + "between policies at runtime LRU and LFU data will take some time to adjust.");
            return;
        }

        call.Reply.Integer(call.Keys.Frequency(entry));
    }

    /// <summary>OBJECT HELP. Source: redis.io/commands/object-help.</summary>
    public static void Help(ref CommandContext call)
    {
        ReadOnlySpan<string> lines =
        [
            "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "ENCODING <key>",
            "    Return the kind of internal representation used in order to store the value",
            "    associated with a <key>.",
            "FREQ <key>",
            "    Return the access frequency index of the <key>. The returned integer is",
            "    proportional to the logarithm of the recent access frequency of the key.",
            "IDLETIME <key>",
            "    Return the idle time of the <key>, that is the approximated number of",
            "    seconds elapsed since the last access to the key.",
            "REFCOUNT <key>",
            "    Return the number of references of the value associated with the specified",
            "    <key>.",
            "HELP",
            "    Prints this help.",
        ];
        call.Reply.Array(lines.Length);
        foreach (string line in lines) call.Reply.Simple(System.Text.Encoding.ASCII.GetBytes(line));
    }

    /// <returns>False: no such key, null is replied.</returns>
    private static bool TryFind(ref CommandContext call, out Entry entry)
    {
        entry = call.Keys.Find(call.Key(2), Access.NoTouch | Access.NoNotify);
        if (!entry.IsMissing) return true;
        call.Reply.Null();
        return false;
    }
}
