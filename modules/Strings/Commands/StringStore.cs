using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Strings.Commands;

/// <summary>Puts arguments and results under keys: the one place that picks how.</summary>
internal sealed class StringStore(StringType type)
{
    /// <summary>Shorter arguments never have a block of their own, so asking for it would be in vain.</summary>
    private const int LargeBytes = 16 * 1024;

    /// <summary>Stands for no expiry.</summary>
    public const long Never = -1;

    /// <summary>The type of all values written.</summary>
    public StringType Type => type;

    /// <summary>Stores an argument, without a copy where it came in a block of its own. What was under the key is gone.</summary>
    /// <param name="call">The call.</param>
    /// <param name="key">Under which key.</param>
    /// <param name="index">Index of the argument.</param>
    /// <param name="ttl">What becomes of the time to live, when <paramref name="expireAtMs"/> gives no other.</param>
    /// <param name="expireAtMs">Unix milliseconds, or <see cref="Never"/>.</param>
    public void StoreArgument(ref CommandContext call, scoped in KeyRef key, int index, Ttl ttl = Ttl.Clear, long expireAtMs = Never)
    {
        // A record that has room for an expiry keeps it, so that setting the new one does not move the record again.
        if (expireAtMs != Never) ttl = Ttl.Keep;
        ReadOnlySpan<byte> value = call.Argument(index);
        if (value.Length >= LargeBytes && TryHandOver(ref call, key, index, ttl, expireAtMs)) return;
        Entry entry = Store(call.Keys, key, value, ttl);
        if (expireAtMs != Never) call.Keys.SetExpiry(entry, expireAtMs);
    }

    /// <summary>False: the argument has no block of its own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryHandOver(ref CommandContext call, scoped in KeyRef key, int index, Ttl ttl, long expireAtMs)
    {
        OwnedBytes owned = call.TakeArgument(index);
        if (owned.IsEmpty) return false;
        Entry entry = call.Keys.PutOwned(key, type, ref owned, ttl);
        if (expireAtMs != Never) call.Keys.SetExpiry(entry, expireAtMs);
        return true;
    }

    /// <summary>Stores a copy of the bytes.</summary>
    public Entry Store(Database keys, scoped in KeyRef key, scoped ReadOnlySpan<byte> value, Ttl ttl = Ttl.Clear)
    {
        Entry entry = keys.Put(key, type, value.Length, ttl);
        value.CopyTo(entry.WritableValue);
        StringEncoding encoding = StringType.Encode(value);
        if (encoding != StringEncoding.Plain) entry.SetEncoding((int)encoding);
        return entry;
    }

    /// <summary>Replaces the content of an entry opened for writing; the time to live stays.</summary>
    public static void Overwrite(Database keys, Entry entry, scoped ReadOnlySpan<byte> value, StringEncoding encoding)
    {
        if (entry.ValueLength != value.Length) entry = keys.Resize(entry, value.Length);
        value.CopyTo(entry.WritableValue);
        entry.SetEncoding((int)encoding);
    }
}
