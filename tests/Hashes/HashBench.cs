using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;
using ModularKv.Hashes.Encodings;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;

namespace ModularKv.Hashes.Tests;

/// <summary>A keyspace with the type "hash" and nothing else, on a heap that checks itself.</summary>
internal sealed class HashBench : IKeyspaceSink, IDisposable
{
    public const long NowMs = 1_700_000_000_000;

    private readonly MemoryOwner _owner;

    public HashBench(long entries = 512, long valueBytes = 64)
    {
        State = new KeyspaceState(new KeyspaceOptions { Databases = 2, Checking = true, Seed = 1 }, new ServerStatistics(), this);
        State.Clock.Update(NowMs);
        Databases = new Databases(State);
        _owner = new MemoryOwner("hashes", State.Blocks);
        Entries = new IntegerParameter("entries", 512);
        Value = new MemoryParameter("value", 64);
        Set(Entries, entries);
        Set(Value, valueBytes);
        Type = new HashType(new HashLimits(Entries, Value), _owner);
        Type.Queue.Databases = Databases;
        State.Types.Register(Type);
    }

    public KeyspaceState State { get; }

    public Databases Databases { get; }

    public HashType Type { get; }

    public IntegerParameter Entries { get; }

    public MemoryParameter Value { get; }

    public DatabaseStore Keys => Databases.Store(0);

    public static void Set(Parameter parameter, long value)
    {
        string text = value.ToString(CultureInfo.InvariantCulture);
        Assert.NotEqual(SetOutcome.Refused, parameter.Set([text], ParameterSource.Command, out _));
    }

    public static PinnedKey Key(string name) => new(Encoding.Latin1.GetBytes(name));

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

    /// <summary>All fields of a hash in its own order: field, value, time.</summary>
    public List<(string Field, string Value, long ExpireAtMs)> Read(string name)
    {
        using PinnedKey key = Key(name);
        List<(string, string, long)> fields = [];
        Entry entry = Keys.Find(key.Key);
        if (entry.IsMissing) return fields;
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        HashWalk walk = new(entry);
        while (walk.MoveNext())
        {
            string field = Encoding.Latin1.GetString(walk.Field.Text(scratch));
            fields.Add((field, Encoding.Latin1.GetString(walk.Value.Text(scratch)), walk.Value.ExpireAtMs));
        }

        return fields;
    }

    /// <summary>The digest of a hash.</summary>
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

        Type.Queue.Dispose();
        State.Blocks.VerifyNoLeaks();
        Assert.Equal(0, _owner.Blocks);
        Assert.Equal(0, _owner.UsedBytes);
    }

    public void Dispose() => State.Dispose();
}
