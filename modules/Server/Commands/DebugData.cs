using System.Globalization;
using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>The parts of DEBUG that look at data or make some. Source: debug.c.</summary>
internal sealed class DebugData(IServer server)
{
    // As in Redis, keys that have expired and still stand there are seen.
    private const Access Raw = Access.NoTouch | Access.NoStatistics | Access.NoNotify | Access.Expired;

    private readonly DatasetDigest _digest = new(server);

    /// <summary>DEBUG DIGEST.</summary>
    public void Digest(ref CommandContext call) => call.Reply.Simple(Encoding.ASCII.GetBytes(_digest.OfAll().ToString()));

    /// <summary>DEBUG DIGEST-VALUE [key ...].</summary>
    public void DigestValues(ref CommandContext call)
    {
        call.Reply.Array(call.ArgumentCount - 2);
        for (int i = 2; i < call.ArgumentCount; i++)
        {
            DigestBuilder digest = _digest.OfValue(call.Keys.Find(call.Key(i), Raw));
            call.Reply.Simple(Encoding.ASCII.GetBytes(digest.ToString()));
        }
    }

    /// <summary>DEBUG OBJECT key. There is no object with an address and a reference count here: they are printed as 0x0 and 1.</summary>
    public void Object(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(2), Raw);
        if (entry.IsMissing)
        {
            call.Reply.Error("ERR no such key"u8);
            return;
        }

        DataType type = server.Types.Of(entry);
        long idle = call.Keys.IdleSeconds(entry);
        long clock = ((call.NowMs / 1000) - idle) & 0xffffff;
        call.Reply.Simple(Encoding.ASCII.GetBytes((string.Create(CultureInfo.InvariantCulture,
            $"Value at:0x0 refcount:1 encoding:{type.EncodingOf(entry)} serializedlength:{SerializedLength.Of(type, entry)} ")
            + string.Create(CultureInfo.InvariantCulture, $"lru:{clock} lru_seconds_idle:{idle} {type.DebugDetails(entry)}")).TrimEnd()));
    }

    /// <summary>DEBUG SDSLEN key. Strings have no spare room that is counted apart.</summary>
    public void StringLengths(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(2), Raw);
        if (entry.IsMissing)
        {
            call.Reply.Error("ERR no such key"u8);
            return;
        }

        if (server.Types.Of(entry) is not StringType || (StringEncoding)entry.Encoding == StringEncoding.Int)
        {
            call.Reply.Error("ERR Not an sds encoded string."u8);
            return;
        }

        call.Reply.Simple(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"key_sds_len:{entry.Key.Length}, key_sds_avail:0, key_zmalloc: {entry.Key.Length}, ")
            + string.Create(CultureInfo.InvariantCulture,
                $"val_sds_len:{entry.ValueLength}, val_sds_avail:0, val_zmalloc: {entry.ValueLength}")));
    }

    /// <summary>DEBUG POPULATE count [prefix] [size].</summary>
    public void Populate(ref CommandContext call)
    {
        long size = 0;
        if (!TryPositive(ref call, 2, out long count) || (call.ArgumentCount == 5 && !TryPositive(ref call, 4, out size))) return;
        if (server.Types.Find<StringType>() is not { } strings)
        {
            call.Reply.Error("ERR DEBUG POPULATE needs a module that provides strings"u8);
            return;
        }

        string prefix = call.ArgumentCount > 3 ? Encoding.Latin1.GetString(call.Argument(3)) : "key";
        for (long i = 0; i < count; i++) PopulateOne(ref call, strings, $"{prefix}:{i}", i, size);
        call.Reply.Ok();
    }

    /// <summary>DEBUG HTSTATS dbid.</summary>
    public void TableStatistics(ref CommandContext call)
    {
        if (!NumberText.TryParse(call.Argument(2), out long index))
        {
            call.Reply.NotAnInteger();
            return;
        }

        if (index < 0 || index >= server.Databases.Count)
        {
            call.Reply.Error("ERR Out of range database"u8);
            return;
        }

        // Times to live stand in the records: there is no second table, but tools look for its title.
        string text = server.Debug.TableStatistics((int)index) + "[Expires HT]\nNo stats available for empty dictionaries\n";
        call.Reply.Verbatim("txt"u8, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>DEBUG LISTPACK and QUICKLIST key: Redis prints the structure to its standard output.</summary>
    public void PrintStructure(ref CommandContext call)
    {
        string encoding = Encoding.Latin1.GetString(call.Argument(1)).ToLowerInvariant();
        Entry entry = call.Keys.Find(call.Key(2), Raw);
        if (entry.IsMissing) call.Reply.Error("ERR no such key"u8);
        else if (server.Types.Of(entry).EncodingOf(entry) != encoding) call.Reply.Error($"ERR Not a {encoding} encoded object.");
        else call.Reply.Simple("Nothing printed: this server does not write structures to its standard output"u8);
    }

    private static void PopulateOne(ref CommandContext call, StringType strings, string name, long number, long size)
    {
        using var pinned = new PinnedKey(Encoding.Latin1.GetBytes(name));
        if (!call.Keys.FindForWrite(pinned.Key).IsMissing) return;
        byte[] text = Encoding.ASCII.GetBytes($"value:{number}");
        Span<byte> value = call.Keys.Put(pinned.Key, strings, size == 0 ? text.Length : size).WritableValue;
        value.Clear();
        text.AsSpan(0, Math.Min(text.Length, value.Length)).CopyTo(value);
        call.Changed(pinned.Key, KeyEventClass.None, default, dirty: 0);
    }

    private static bool TryPositive(ref CommandContext call, int at, out long number)
    {
        if (NumberText.TryParse(call.Argument(at), out number) && number >= 0) return true;
        call.Reply.Error("ERR value is out of range, must be positive"u8);
        return false;
    }
}
