using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Tests.Shared;

/// <summary>A keyspace with one data type and nothing else, on a heap that checks itself.</summary>
internal abstract class TypeBench<T> : IKeyspaceSink, IDisposable
    where T : DataType
{
    /// <summary>The time of these tests, Unix milliseconds.</summary>
    public const long NowMs = 1_700_000_000_000;

    protected TypeBench(string owner, bool checking = true)
    {
        State = new KeyspaceState(new KeyspaceOptions { Databases = 2, Checking = checking, Seed = 1 }, new ServerStatistics(), this);
        State.Clock.Update(NowMs);
        Databases = new Databases(State);
        Owner = new MemoryOwner(owner, State.Blocks);
    }

    public KeyspaceState State { get; }

    public Databases Databases { get; }

    public MemoryOwner Owner { get; }

    /// <summary>The type, once the bench has registered it.</summary>
    public T Type { get; private set; } = null!;

    public DatabaseStore Keys => Databases.Store(0);

    public static PinnedKey Key(string name) => new(Encoding.Latin1.GetBytes(name));

    protected void Register(T type)
    {
        Type = type;
        State.Types.Register(type);
    }

    public string EncodingOf(string name)
    {
        using PinnedKey key = Key(name);
        return Type.EncodingOf(Keys.Find(key.Key));
    }

    public string Digest(string name)
    {
        using PinnedKey key = Key(name);
        DigestBuilder digest = new();
        Type.Digest(Keys.Find(key.Key), digest);
        return digest.ToString();
    }

    /// <summary>What the type itself keeps outside keys, to be given back before leaks are looked for.</summary>
    protected virtual void GiveBack()
    {
    }

    /// <summary>Removes everything and looks whether something was forgotten.</summary>
    public void VerifyNoLeaks()
    {
        Databases.Flush(-1, lazy: false);
        while (State.LazyFree.Step(1000))
        {
            // Until nothing is left.
        }

        GiveBack();
        State.Blocks.VerifyNoLeaks();
        Assert.Equal((0, 0), (Owner.Blocks, Owner.UsedBytes));
    }

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

    public void Dispose() => State.Dispose();
}
