using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>EXISTS, TOUCH, TYPE, RANDOMKEY and KEYS.</summary>
internal static class KeyLookup
{
    /// <summary>EXISTS key [key ...]: a key named twice counts twice. Source: redis.io/commands/exists.</summary>
    public static void Exists(ref CommandContext call) => Count(ref call, Access.NoTouch);

    /// <summary>TOUCH key [key ...]. Source: redis.io/commands/touch.</summary>
    public static void Touch(ref CommandContext call) => Count(ref call, Access.Read);

    private static void Count(ref CommandContext call, Access access)
    {
        int found = 0;
        for (int i = 1; i < call.ArgumentCount; i++)
        {
            if (!call.Keys.Find(call.Key(i), access).IsMissing) found++;
        }

        call.Reply.Integer(found);
    }

    /// <summary>TYPE key. Source: redis.io/commands/type.</summary>
    public static void Type(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1), Access.NoTouch);
        if (entry.IsMissing)
        {
            call.Reply.Simple("none"u8);
            return;
        }

        // Names are ASCII and short: the keyspace refuses longer ones at registration.
        Span<byte> text = stackalloc byte[128];
        int length = Encoding.ASCII.GetBytes(call.Server.Types.Of(entry).Name, text);
        call.Reply.Simple(text[..length]);
    }

    /// <summary>RANDOMKEY. Source: redis.io/commands/randomkey.</summary>
    public static void RandomKey(ref CommandContext call)
    {
        Entry entry = call.Keys.Random();
        if (entry.IsMissing) call.Reply.Null(); else call.Reply.Bulk(entry.Key);
    }

    /// <summary>KEYS pattern. Source: redis.io/commands/keys.</summary>
    public static void Keys(ref CommandContext call)
    {
        ReadOnlySpan<byte> pattern = call.Argument(1);
        KeyLister lister = new(call.Reply, pattern is [(byte)'*'] ? null : pattern.ToArray());
        DeferredLength length = call.Reply.Defer();
        call.Keys.ForEach(lister);
        call.Reply.Finish(length, Aggregate.Array, lister.Count);
    }

    /// <summary>Replies the keys that match; null matches all, the empty key included, which no pattern does.</summary>
    private sealed class KeyLister(ReplyWriter reply, byte[]? pattern) : IEntryVisitor
    {
        public long Count { get; private set; }

        public void Visit(Entry entry)
        {
            if (pattern is not null && !GlobPattern.Matches(pattern, entry.Key)) return;
            reply.Bulk(entry.Key);
            Count++;
        }
    }
}
