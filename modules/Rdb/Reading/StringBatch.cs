using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Rdb.Reading;

/// <summary>
/// Small strings on their way into the table: some are collected while the processor fetches their buckets, then put together. Loading
/// waits for memory more than for anything else.
/// </summary>
internal sealed class StringBatch(StringType type) : IDisposable
{
    /// <summary>Longest content that is collected.</summary>
    public const int ContentBytesMax = 512;

    private const int KeyBytesMax = 512;
    private const int Places = 16;

    private readonly KeyRing _keys = new(Places, KeyBytesMax);
    private readonly byte[] _contents = new byte[Places * ContentBytesMax];
    private readonly int[] _lengths = new int[Places];
    private readonly KeyFacts[] _facts = new KeyFacts[Places];
    private int _count;

    /// <summary>Whether it must be put before the next one.</summary>
    public bool IsFull => _count == Places;

    /// <summary>Whether a key is short enough.</summary>
    public static bool Takes(ReadOnlySpan<byte> key) => key.Length <= KeyBytesMax;

    /// <summary>Notes a key; <see cref="Add"/> or <see cref="Take"/> must follow.</summary>
    public void Begin(Database database, ReadOnlySpan<byte> key) => database.Prefetch(_keys.Set(_count, key));

    /// <summary>The key noted last, which is not collected after all.</summary>
    public KeyRef Take() => _keys[_count];

    /// <summary>Collects the key noted last.</summary>
    public void Add(ReadOnlySpan<byte> content, in KeyFacts facts)
    {
        content.CopyTo(_contents.AsSpan(_count * ContentBytesMax));
        _lengths[_count] = content.Length;
        _facts[_count++] = facts;
    }

    /// <summary>Puts all of them.</summary>
    /// <exception cref="DuplicateKeyException">A key is there already.</exception>
    public void Put(Database database)
    {
        int count = _count;
        _count = 0;
        for (int i = 0; i < count; i++)
        {
            KeyRef key = _keys[i];
            ReadOnlySpan<byte> content = _contents.AsSpan(i * ContentBytesMax, _lengths[i]);
            long before = database.Count;
            Entry entry = database.Put(key, type, content.Length);
            content.CopyTo(entry.WritableValue);
            entry.SetEncoding((int)StringType.Encode(content));
            if (database.Count == before) throw new DuplicateKeyException(key.Bytes, database.Index);
            if (!_facts[i].IsPlain) _facts[i].ApplyTo(database, entry);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();
}

/// <summary>What stands before a key in an image.</summary>
/// <param name="ExpireAtMs">Unix milliseconds at which it expires; -1: never.</param>
/// <param name="IdleSeconds">Seconds since the last access; -1: not said.</param>
/// <param name="Frequency">LFU counter; -1: not said.</param>
internal readonly record struct KeyFacts(long ExpireAtMs, long IdleSeconds, int Frequency)
{
    /// <summary>Nothing said.</summary>
    public static KeyFacts None => new(-1, -1, -1);

    /// <summary>Whether nothing is said.</summary>
    public bool IsPlain => ExpireAtMs == -1 && IdleSeconds < 0 && Frequency < 0;

    /// <summary>Gives them to an entry. Frequency and idle time must suit the eviction policy.</summary>
    public Entry ApplyTo(Database database, Entry entry)
    {
        if (ExpireAtMs != -1) entry = database.SetExpiry(entry, ExpireAtMs);
        if (Frequency >= 0) database.SetFrequency(entry, Frequency);
        else if (IdleSeconds >= 0) database.SetIdle(entry, IdleSeconds);
        return entry;
    }
}

/// <summary>A key stands twice in an image, or is there already.</summary>
internal sealed class DuplicateKeyException(ReadOnlySpan<byte> key, int database)
    : Exception($"RDB has duplicated key '{System.Text.Encoding.Latin1.GetString(key)}' in DB {database}");
