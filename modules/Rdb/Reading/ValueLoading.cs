using ModularKv.Abstractions;
using ModularKv.Rdb.Format;
using ModularKv.Rdb.Opaque;

namespace ModularKv.Rdb.Reading;

/// <summary>From a type byte and the bytes behind it to a value under a key: the same for images and for RESTORE.</summary>
/// <param name="stream">Where the value is read from.</param>
/// <param name="types">The loaded types.</param>
/// <param name="opaque">The types of values whose modules are not loaded.</param>
internal sealed class ValueLoading(RdbStream stream, ReadableTypes types, OpaqueTypes opaque)
{
    private readonly RdbValueReader _plain = new(stream);
    private readonly ModuleValueReader _module = new(stream);
    private readonly ValueSkipper _skipper = new(stream);

    /// <summary>Whether packed encodings are checked deeply.</summary>
    public bool Sanitize
    {
        set => _plain.Sanitize = _module.Sanitize = value;
    }

    /// <summary>Packed pieces that were checked deeply.</summary>
    public long Sanitizations { get; private set; }

    /// <summary>Reads over a value.</summary>
    public void Skip(int rdbType) => _skipper.Skip(rdbType);

    /// <summary>Reads over a record of a module beside the keys, behind its opcode.</summary>
    /// <param name="when">1: it stood before the keys; 2: behind them.</param>
    /// <returns>Its bytes, borrowed until the next read.</returns>
    public ReadOnlySpan<byte> ModuleAux(out ulong when)
    {
        stream.BeginCapture();
        stream.Length();
        if (stream.Length() != ModuleMark.Unsigned) throw stream.Broken("bad when_opcode");
        when = stream.Length();
        _skipper.ModuleItems();
        return stream.EndCapture();
    }

    /// <summary>Reads a value and puts it under the key, which must not exist.</summary>
    /// <exception cref="ValueFormatException">The bytes make no value: nothing was put. Message with what and where.</exception>
    public Entry Load(int rdbType, Database database, scoped in KeyRef key)
    {
        if (rdbType == RdbTypeByte.Module2) return LoadModule(database, key);
        if (types.Of(rdbType) is { } type) return LoadPlain(type, rdbType, database, key);
        string? name = OpaqueTypes.NameOf(rdbType);
        if (name == null) throw stream.Broken($"Unknown RDB encoding type {rdbType}");
        stream.BeginCapture();
        _skipper.Skip(rdbType);
        return opaque.Of(name).Put(rdbType, stream.EndCapture(), database, key);
    }

    private Entry LoadPlain(DataType type, int rdbType, Database database, scoped in KeyRef key)
    {
        _plain.FirstLength = 0;
        try
        {
            return type.Load(_plain, rdbType, database, key);
        }
        catch (ValueFormatException broken) when (!broken.IsEmpty)
        {
            throw stream.IsExhausted ? broken : Located(broken, rdbType);
        }
        catch (OutOfMemoryException)
        {
            throw stream.Broken("no memory for a value");
        }
        finally
        {
            if (_plain.Sanitize) Sanitizations += PackedPieces(rdbType);
        }
    }

    // Lists and streams begin with the number of their nodes; one that a broken payload states counts as one.
    private long PackedPieces(int rdbType) => rdbType switch
    {
        RdbTypeByte.ListQuicklist or RdbTypeByte.ListQuicklist2
            or RdbTypeByte.StreamListpacks or RdbTypeByte.StreamListpacks2 or RdbTypeByte.StreamListpacks3
            => _plain.FirstLength <= int.MaxValue ? (long)_plain.FirstLength : 1,
        _ => Phrase(rdbType).Length > 0 ? 1 : 0,
    };

    private Entry LoadModule(Database database, scoped in KeyRef key)
    {
        stream.BeginCapture();
        ulong id = stream.Length();
        string name = ModuleId.NameOf(id);
        if (types.OfModule(name) is not { } type)
        {
            _skipper.ModuleItems();
            return opaque.Of(name).Put(RdbTypeByte.Module2, stream.EndCapture(), database, key);
        }

        stream.CancelCapture();
        Entry entry = type.Load(_module, ModuleId.VersionOf(id), database, key);
        try
        {
            _module.End();
        }
        catch (ValueFormatException)
        {
            database.Delete(key);
            throw;
        }

        return entry;
    }

    private ValueFormatException Located(ValueFormatException broken, int rdbType)
    {
        string phrase = Phrase(rdbType);
        return stream.Broken(phrase.Length == 0 ? broken.Message : $"{phrase} integrity check failed: {broken.Message}");
    }

    // What Redis calls the thing that it finds broken: people, and tools, look for these words in the log.
    private static string Phrase(int rdbType) => rdbType switch
    {
        RdbTypeByte.HashZipmap => "Zipmap",
        RdbTypeByte.ListZiplist => "List ziplist",
        RdbTypeByte.SetIntset => "Intset",
        RdbTypeByte.SetListpack => "Set listpack",
        RdbTypeByte.SortedSetZiplist => "Zset ziplist",
        RdbTypeByte.SortedSetListpack => "Zset listpack",
        RdbTypeByte.HashZiplist => "Hash ziplist",
        RdbTypeByte.HashListpack or RdbTypeByte.HashListpackTimed or RdbTypeByte.HashListpackTimedPreGa => "Hash listpack",
        RdbTypeByte.ListQuicklist => "Ziplist",
        RdbTypeByte.ListQuicklist2 => "Listpack",
        RdbTypeByte.StreamListpacks or RdbTypeByte.StreamListpacks2 or RdbTypeByte.StreamListpacks3 => "Stream listpack",
        _ => "",
    };
}
