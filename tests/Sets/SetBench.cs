using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Sets.Tests;

/// <summary>A keyspace with the type "set" and nothing else, on a heap that checks itself.</summary>
internal sealed class SetBench : IKeyspaceSink, IDisposable
{
    private const long NowMs = 1_700_000_000_000;

    private readonly MemoryOwner _owner;

    public SetBench(long integers = 512, long members = 128, long bytes = 64, bool checking = true)
    {
        State = new KeyspaceState(new KeyspaceOptions { Databases = 2, Checking = checking, Seed = 1 }, new ServerStatistics(), this);
        State.Clock.Update(NowMs);
        Databases = new Databases(State);
        _owner = new MemoryOwner("sets", State.Blocks);
        SetLimits limits = new();
        long[] values = [integers, members, bytes];
        for (int i = 0; i < values.Length; i++)
        {
            string text = values[i].ToString(CultureInfo.InvariantCulture);
            Assert.NotEqual(SetOutcome.Refused, limits.Parameters[i].Set([text], ParameterSource.Command, out _));
        }

        Type = new SetType(_owner, limits);
        State.Types.Register(Type);
        Store = new SetStore(Type, limits, _owner);
    }

    public KeyspaceState State { get; }

    public Databases Databases { get; }

    public SetType Type { get; }

    public SetStore Store { get; }

    public DatabaseStore Keys => Databases.Store(0);

    public static PinnedKey Key(string name) => new(Encoding.Latin1.GetBytes(name));

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public void Expired(Database database, scoped in KeyRef key, bool lazy)
    {
        // No key of these tests expires.
    }

    public void Added(Database database, scoped in KeyRef key)
    {
        // Events are the server's business.
    }

    public void Missed(Database database, scoped in KeyRef key)
    {
        // Events are the server's business.
    }

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

    public string EncodingOf(string name)
    {
        using PinnedKey key = Key(name);
        return Type.EncodingOf(Keys.Find(key.Key));
    }

    public List<string> Members(string name)
    {
        List<string> members = [];
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetWalk walk = new(View(name));
        while (walk.MoveNext(out SetMember member)) members.Add(Text(member.Text(digits)));
        return members;
    }

    public string Digest(string name)
    {
        using PinnedKey key = Key(name);
        DigestBuilder digest = new();
        Type.Digest(Keys.Find(key.Key), digest);
        return digest.ToString();
    }

    /// <summary>Removes everything and looks whether something was forgotten.</summary>
    public void VerifyNoLeaks()
    {
        Databases.Flush(-1, lazy: false);
        while (State.LazyFree.Step(1000))
        {
            // Until nothing is left.
        }

        State.Blocks.VerifyNoLeaks();
        Assert.Equal((0, 0), (_owner.Blocks, _owner.UsedBytes));
    }

    public void Dispose() => State.Dispose();
}
