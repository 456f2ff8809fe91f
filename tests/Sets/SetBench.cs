using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;
using ModularKv.Tests.Shared;

namespace ModularKv.Sets.Tests;

/// <summary>A keyspace with the type "set" and nothing else, on a heap that checks itself.</summary>
internal sealed class SetBench : TypeBench<SetType>
{
    public SetBench(long integers = 512, long members = 128, long bytes = 64, bool checking = true)
        : base("sets", checking)
    {
        SetLimits limits = new();
        long[] values = [integers, members, bytes];
        for (int i = 0; i < values.Length; i++)
        {
            string text = values[i].ToString(CultureInfo.InvariantCulture);
            Assert.NotEqual(SetOutcome.Refused, limits.Parameters[i].Set([text], ParameterSource.Command, out _));
        }

        Register(new SetType(Owner, limits));
        Store = new SetStore(Type, limits, Owner);
    }

    public SetStore Store { get; }

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>Adds as SADD does.</summary>
    public bool Add(string name, string member)
    {
        using PinnedKey key = Key(name), element = Key(member);
        Entry entry = Keys.FindForWrite(key.Key);
        if (entry.IsMissing) entry = Store.Create(Keys, key.Key, element.Key.Bytes, 1);
        return Store.Add(Keys, ref entry, element.Key);
    }

    /// <summary>Removes as SREM does.</summary>
    public bool Remove(string name, string member)
    {
        using PinnedKey key = Key(name), element = Key(member);
        Entry entry = Keys.FindForWrite(key.Key);
        if (entry.IsMissing) return false;
        bool removed = Store.Remove(Keys, ref entry, element.Key);
        if (SetView.Of(entry).Count == 0) Keys.Delete(entry);
        return removed;
    }

    public SetView View(string name)
    {
        using PinnedKey key = Key(name);
        Entry entry = Keys.Find(key.Key);
        return entry.IsMissing ? default : SetView.Of(entry);
    }

    public List<string> Members(string name)
    {
        List<string> members = [];
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetWalk walk = new(View(name));
        while (walk.MoveNext(out SetMember member)) members.Add(Text(member.Text(digits)));
        return members;
    }
}
