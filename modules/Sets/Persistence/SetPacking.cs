using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Sets.Persistence;

/// <summary>
/// Makes the listpack of a small set from its members as they come, without the table that a <see cref="SetDraft"/> needs.
/// </summary>
internal sealed class SetPacking(SetStore store)
{
    /// <summary>The most members that it takes, whatever the limit.</summary>
    public const int MembersMax = 128;

    // Larger ones are rare, and would make the buffer large.
    private const int MemberBytesMax = 4096;

    // At least two places per member; a power of two.
    private const int Places = 4 * MembersMax;

    private readonly ulong[] _seen = new ulong[Places];
    private byte[] _pack = new byte[1024];

    /// <summary>Reads so many members, and puts the set under the key if its form is a listpack.</summary>
    /// <param name="reader">Behind the number of members.</param>
    /// <param name="count">1 to <see cref="MembersMax"/>.</param>
    /// <param name="database">Where to.</param>
    /// <param name="key">The key.</param>
    /// <param name="entry">The set.</param>
    /// <param name="next">The member read last, where it is not one of <see cref="Members"/> because no listpack takes it.</param>
    /// <returns>
    /// Number of <see cref="Members"/>; where it is less than <paramref name="count"/>, <paramref name="next"/> was read, too. Where there
    /// is no entry, all are to be added in another way: the set has another form, or a member twice.
    /// </returns>
    public int Read(
        ValueReader reader, int count, Database database, scoped in KeyRef key, out Entry entry, out ReadOnlySpan<byte> next)
    {
        Array.Clear(_seen);
        Listpack.Initialize(_pack);
        int at = Listpack.HeaderBytes;
        bool anyText = false, isNew = true;
        entry = default;
        next = default;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> member = reader.String();
            if (member.Length > Math.Min(store.Limits.ListpackValueBytes, MemberBytesMax))
            {
                Listpack.Extend(_pack, at - Listpack.HeaderBytes, i);
                next = member;
                return i;
            }

            int size = Listpack.SizeOf(member);
            if (_pack.Length - at <= size) Array.Resize(ref _pack, Math.Max(_pack.Length * 2, at + size + 1));
            Span<byte> to = _pack.AsSpan(at);
            Listpack.WriteElement(to, member);
            anyText |= to[0] is >= 0x80 and < 0xC0 or >= 0xE0 and <= 0xF0;
            isNew &= TryNote(KeyHash.Compute(member));
            at += size;
        }

        Listpack.Extend(_pack, at - Listpack.HeaderBytes, count);
        if (!anyText || !isNew || count > store.Limits.ListpackEntries) return count;
        entry = database.Put(key, store.Type, at + 1);
        Members.CopyTo(entry.WritableValue);
        entry.SetEncoding((int)SetEncoding.Listpack);
        return count;
    }

    /// <summary>What was read, as a listpack; valid until the next call.</summary>
    public ReadOnlySpan<byte> Members => _pack.AsSpan(0, Listpack.Bytes(_pack));

    // False: a member of that hash was there. 0 stands for a free place, so that such a hash is no good.
    private bool TryNote(ulong hash)
    {
        if (hash == 0) return false;
        for (uint place = (uint)hash; ; place++)
        {
            ref ulong seen = ref _seen[place % Places];
            if (seen == hash) return false;
            if (seen != 0) continue;
            seen = hash;
            return true;
        }
    }
}
