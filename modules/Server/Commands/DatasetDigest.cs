using System.Buffers.Binary;
using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>DEBUG DIGEST: equal data gives equal digests on any server, Redis included. Source: computeDatasetDigest.</summary>
internal sealed class DatasetDigest(IServer server) : IEntryVisitor
{
    private const int ForeignType = 5;

    private readonly DigestBuilder _all = new();
    private readonly DigestBuilder _entry = new();
    private readonly DigestBuilder _foreign = new();

    /// <summary>The digest of all databases.</summary>
    public DigestBuilder OfAll()
    {
        _all.Clear();
        for (int i = 0; i < server.Databases.Count; i++)
        {
            Database database = server.Databases[i];
            if (database.Count == 0) continue;
            MixNumber(_all, i);
            database.ForEach(this);
        }

        return _all;
    }

    /// <summary>The digest of one value without its key, as DEBUG DIGEST-VALUE shows it; all zero when it is missing.</summary>
    public DigestBuilder OfValue(Entry entry)
    {
        _entry.Clear();
        if (!entry.IsMissing) MixValue(entry);
        return _entry;
    }

    /// <inheritdoc/>
    public void Visit(Entry entry)
    {
        _entry.Clear();
        _entry.Mix(entry.Key);
        MixValue(entry);
        _all.Xor(_entry.State);
    }

    private void MixValue(Entry entry)
    {
        DataType type = server.Types.Of(entry);
        int number = TypeNumber(type.Name);
        MixNumber(_entry, number);
        if (number == ForeignType)
        {
            _foreign.Clear();
            type.Digest(entry, _foreign);
            _entry.Xor(_foreign.State);
        }
        else
        {
            type.Digest(entry, _entry);
        }

        if (entry.HasExpiry) _entry.Xor("!!expire!!"u8);
    }

    private static void MixNumber(DigestBuilder digest, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        digest.Mix(bytes);
    }

    // The numbers of Redis's object types.
    private static int TypeNumber(string name) => name switch
    {
        "string" => 0,
        "list" => 1,
        "set" => 2,
        "zset" => 3,
        "hash" => 4,
        "stream" => 6,
        _ => ForeignType,
    };
}
