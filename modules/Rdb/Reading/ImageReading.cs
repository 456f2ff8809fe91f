using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Reading;

/// <summary>One reading of one image. Source: rdb.c, rdbLoadRioWithLoadingCtx.</summary>
internal sealed class ImageReading : IDisposable
{
    /// <summary>Signature and version, before the first opcode.</summary>
    public const int HeaderBytes = 9;

    private const int FirstVersionWithSum = 5;
    private const int EmptyKeysLogged = 10;

    /// <summary>Plain strings from this size on are read in pieces, into the value itself.</summary>
    private const int PieceBytes = 1 << 20;

    // No entry of an image is shorter: type byte, key, value. A hint about the number of keys is not believed beyond that.
    private const int EntryBytesMin = 3;
    private const long HintMaxWithoutSize = 1 << 20;

    private readonly IServer _server;
    private readonly ReadingSettings _settings;
    private readonly LoadOptions _options;
    private readonly RdbStream _stream;
    private readonly ValueLoading _values;
    private readonly KeptAux _kept;
    private readonly AuxFields _aux;
    private readonly StringType? _strings;
    private readonly StringBatch? _batch;
    private readonly IFunctionLibraries? _libraries;
    private readonly long _now;
    private readonly long _delayMicros;
    private readonly bool _countsAccesses;
    private Database _database;
    private KeyFacts _facts = KeyFacts.None;
    private long _loaded;
    private long _expired;
    private long _empty;

    public ImageReading(IServer server, ReadingSettings settings, LoadOptions options, RdbStream stream, ValueLoading values, KeptAux kept)
    {
        (_server, _settings, _options, _stream, _values, _kept) = (server, settings, options, stream, values, kept);
        _aux = new AuxFields(server);
        _strings = server.Types.Find<StringType>();
        if (_strings != null) _batch = new StringBatch(_strings);
        _libraries = server.Find<IFunctionLibraries>();
        _now = server.Clock.UnixMs;
        _delayMicros = settings.KeyDelayMicros;
        _countsAccesses = settings.CountsAccesses;
        _database = server.Databases[0];
    }

    /// <summary>Reads the image.</summary>
    public RdbLoaded Run()
    {
        int version = ReadHeader();
        while (true)
        {
            int opcode = _stream.Byte();
            if (opcode == RdbOpcode.End) break;
            if (opcode < RdbOpcode.SlotInfo) ReadKey(opcode);
            else ReadOther(opcode);
        }

        _batch?.Put(_database);
        if (version >= FirstVersionWithSum) CheckSum();
        string skipped = _empty > 0 ? $", empty keys skipped: {_empty}" : "";
        LogLevel level = _empty > 0 ? LogLevel.Warning : LogLevel.Notice;
        _server.Log.Write(level, $"Done loading RDB, keys loaded: {_loaded}, keys expired: {_expired}{skipped}.");
        return new RdbLoaded(_loaded, _expired, _aux.All);
    }

    /// <inheritdoc/>
    public void Dispose() => _batch?.Dispose();

    private int ReadHeader()
    {
        ReadOnlySpan<byte> header = _stream.Bytes(HeaderBytes);
        if (!header.StartsWith("REDIS"u8)) throw Refused("Wrong signature trying to load DB from file");
        bool isNumber = int.TryParse(header[5..], NumberStyles.None, CultureInfo.InvariantCulture, out int version);
        string shown = Encoding.Latin1.GetString(header[5..]);
        if (!isNumber || version < 1 || version > RdbVersion.Newest) throw Refused($"Can't handle RDB format version {shown}");
        return version;
    }

    private ValueFormatException Refused(string why)
    {
        _server.Log.Warning(why);
        return new ValueFormatException(why);
    }

    private void ReadOther(int opcode)
    {
        switch (opcode)
        {
            case RdbOpcode.ExpireTime:
                _facts = _facts with { ExpireAtMs = BinaryPrimitives.ReadInt32LittleEndian(_stream.Bytes(4)) * 1000L };
                break;
            case RdbOpcode.ExpireTimeMs:
                _facts = _facts with { ExpireAtMs = BinaryPrimitives.ReadInt64LittleEndian(_stream.Bytes(8)) };
                break;
            case RdbOpcode.Frequency:
                byte frequency = _stream.Byte();
                if (_countsAccesses) _facts = _facts with { Frequency = frequency };
                break;
            case RdbOpcode.Idle:
                long idle = (long)Math.Min(_stream.Length(), int.MaxValue);
                if (!_countsAccesses) _facts = _facts with { IdleSeconds = idle };
                break;
            case RdbOpcode.SelectDatabase:
                Select(_stream.Length());
                break;
            case RdbOpcode.ResizeDatabase:
                ulong keys = _stream.Length();
                _stream.Length();
                Reserve(keys);
                break;
            case RdbOpcode.SlotInfo:
                _stream.Length();
                _stream.Length();
                _stream.Length();
                break;
            case RdbOpcode.Aux:
                string name = Encoding.Latin1.GetString(_stream.String());
                _aux.Add(name, _stream.String());
                break;
            case RdbOpcode.ModuleAux:
                ReadOnlySpan<byte> record = _values.ModuleAux(out ulong when);
                (when == 1 ? _kept.BeforeKeys : _kept.AfterKeys).Add([RdbOpcode.ModuleAux, .. record]);
                break;
            case RdbOpcode.Function2:
                ReadLibrary();
                break;
            default:
                throw _stream.Broken("Pre-release function format not supported.");
        }
    }

    private void Select(ulong number)
    {
        _batch?.Put(_database);
        int count = _server.Databases.Count;
        if (number >= (ulong)count)
        {
            string why = $"Data file was created with a Redis server configured to handle more than {count} databases";
            _server.Log.Warning($"FATAL: {why}. Exiting");
            throw _stream.Broken($"{why} (it names database {number}); raise the parameter databases");
        }

        _database = _server.Databases[(int)number];
    }

    private void Reserve(ulong keys)
    {
        ILoading loading = _server.Loading;
        long most = loading.TotalBytes > 0 ? (loading.TotalBytes - _stream.Position) / EntryBytesMin : HintMaxWithoutSize;
        if (most > 0) _database.Reserve((long)Math.Min(keys, (ulong)most));
    }

    // Without anybody who could run them they are kept, and written back.
    private void ReadLibrary()
    {
        if (_libraries == null)
        {
            _stream.BeginCapture();
            _stream.String();
            _kept.BeforeKeys.Add([RdbOpcode.Function2, .. _stream.EndCapture()]);
            return;
        }

        string? error = _libraries.Load(_stream.String(), _options.Replace);
        if (error == null) return;
        _server.Log.Warning($"Failed loading library, {error}");
        throw _stream.Broken($"Failed loading library, {error}");
    }

    private void ReadKey(int type)
    {
        KeyFacts facts = _facts;
        _facts = KeyFacts.None;
        ReadOnlySpan<byte> key = _stream.String();
        if (facts.ExpireAtMs != -1 && facts.ExpireAtMs < _now && !_options.KeepExpired && !_aux.IsAofBase)
        {
            _values.Skip(type);
            _expired++;
        }
        else if (type == RdbTypeByte.String && _batch != null && StringBatch.Takes(key) && !_options.Replace)
        {
            ReadString(key, facts);
        }
        else
        {
            using PinnedKey pinned = new(key);
            ReadValue(type, pinned.Key, facts);
        }

        if (_delayMicros != 0) Rest();
    }

    private void ReadString(ReadOnlySpan<byte> key, in KeyFacts facts)
    {
        StringBatch batch = _batch!;
        if (batch.IsFull) batch.Put(_database);
        batch.Begin(_database, key);
        ulong length = _stream.Length(out bool isEncoding);
        if (!isEncoding && length >= PieceBytes)
        {
            ReadLarge(batch.Take(), length, facts);
            return;
        }

        ReadOnlySpan<byte> content = isEncoding ? _stream.EncodedString((int)length) : _stream.Bytes(length);
        _loaded++;
        if (content.Length <= StringBatch.ContentBytesMax)
        {
            batch.Add(content, facts);
            return;
        }

        long before = _database.Count;
        Entry entry = _database.Put(batch.Take(), _strings!, content.Length);
        content.CopyTo(entry.WritableValue);
        Finish(entry, batch.Take(), before, facts);
    }

    // The value grows as its bytes come: what a length states costs nothing yet.
    private void ReadLarge(scoped in KeyRef key, ulong length, in KeyFacts facts)
    {
        if (length > int.MaxValue) throw _stream.Broken($"a string of {length} bytes");
        long before = _database.Count;
        Entry entry = _database.Put(key, _strings!, PieceBytes);
        long read = 0, room = PieceBytes;
        try
        {
            while (read < (long)length)
            {
                if (read == room) entry = _database.Resize(entry, room = Math.Min((long)length, room * 2));
                ReadOnlySpan<byte> some = _stream.Some(room - read);
                some.CopyTo(entry.WritableValue[(int)read..]);
                read += some.Length;
            }
        }
        catch
        {
            _database.Delete(key);
            throw;
        }

        _loaded++;
        Finish(entry, key, before, facts);
    }

    private void ReadValue(int type, scoped in KeyRef key, in KeyFacts facts)
    {
        if (_options.Replace) _database.Delete(key);
        long before = _database.Count;
        Entry entry;
        try
        {
            entry = _values.Load(type, _database, key);
        }
        catch (ValueFormatException empty) when (empty.IsEmpty)
        {
            if (_empty++ < EmptyKeysLogged)
            {
                _server.Log.Warning($"rdbLoadObject skipping empty key: {Encoding.Latin1.GetString(key.Bytes)}");
            }

            return;
        }

        _loaded++;
        Finish(entry, key, before, facts);
    }

    private void Finish(Entry entry, scoped in KeyRef key, long before, in KeyFacts facts)
    {
        if (_database.Count == before) throw new DuplicateKeyException(key.Bytes, _database.Index);
        if (!facts.IsPlain) facts.ApplyTo(_database, entry);
    }

    private void Rest()
    {
        const int Parts = 1000;

        // Who rests after each key wants to be watched: the buffer alone would tell too rarely.
        _stream.Filled?.Invoke(_stream.Position);
        if (_delayMicros > 0) _server.Debug.Sleep(_delayMicros);
        else if (_loaded % -Math.Max(_delayMicros, -Parts) == 0) _server.Debug.Sleep(1);
    }

    private void CheckSum()
    {
        ulong sum = _stream.Sum();
        ulong stated = BinaryPrimitives.ReadUInt64LittleEndian(_stream.Bytes(sizeof(ulong)));
        if (!_stream.Sums || _settings.SkipsChecksums) return;
        if (stated == 0)
        {
            _server.Log.Warning("RDB file was saved with checksum disabled: no check performed.");
            return;
        }

        if (stated == sum) return;
        _server.Log.Warning($"Wrong RDB checksum expected: ({sum:x}) but got ({stated:x}). Aborting now.");
        throw _stream.Broken("RDB CRC error");
    }
}
