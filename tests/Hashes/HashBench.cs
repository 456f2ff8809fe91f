using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Abstractions.Memory;
using ModularKv.Hashes.Encodings;
using ModularKv.Tests.Shared;

namespace ModularKv.Hashes.Tests;

/// <summary>A keyspace with the type "hash" and nothing else, on a heap that checks itself.</summary>
internal sealed class HashBench : TypeBench<HashType>
{
    public HashBench(long entries = 512, long valueBytes = 64)
        : base("hashes")
    {
        Entries = new IntegerParameter("entries", 512);
        Value = new MemoryParameter("value", 64);
        Set(Entries, entries);
        Set(Value, valueBytes);
        Register(new HashType(new HashLimits(Entries, Value), Owner));
        Type.Queue.Databases = Databases;
    }

    protected override void GiveBack() => Type.Queue.Dispose();

    public IntegerParameter Entries { get; }

    public MemoryParameter Value { get; }

    public static void Set(Parameter parameter, long value)
    {
        string text = value.ToString(CultureInfo.InvariantCulture);
        Assert.NotEqual(SetOutcome.Refused, parameter.Set([text], ParameterSource.Command, out _));
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
}
