using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.HyperLogLog.Registers;

namespace ModularKv.HyperLogLog.Commands;

/// <summary>Keys that hold a HyperLogLog: strings of a certain form.</summary>
/// <param name="types">Where the string type is looked up, which another module brings.</param>
/// <param name="sparseBytesMax">hll-sparse-max-bytes.</param>
internal sealed class HllKeys(IDataTypes types, MemoryParameter sparseBytesMax)
{
    private StringType? _type;

    /// <summary>The type of the values.</summary>
    public StringType Type => _type ??= types.Find<StringType>() ?? throw new ModuleException("hyperloglog needs the module strings");

    /// <summary>Length above which a sparse value becomes dense.</summary>
    public long SparseBytesMax => sparseBytesMax.Value;

    /// <summary>Whether an existing entry is a HyperLogLog; replies if not. Source: isHLLObjectOrReply.</summary>
    public bool Accepts(scoped ref CommandContext call, Entry entry)
    {
        if (!entry.Is(Type)) call.Reply.WrongType();
        else if (!HllLayout.IsValid(entry.Value)) call.Reply.Error("WRONGTYPE Key is not a valid HyperLogLog string value."u8);
        else return true;
        return false;
    }

    /// <summary>Creates a key without elements.</summary>
    public Entry Create(Database keys, scoped in KeyRef key)
    {
        Entry entry = keys.Put(key, Type, HllLayout.NewBytes);
        HllLayout.WriteNew(entry.WritableValue);
        entry.SetEncoding((int)StringEncoding.Raw);
        return entry;
    }

    /// <summary>The error for registers that contradict their representation.</summary>
    public static void ReplyCorrupt(ref CommandContext call) => call.Reply.Error("INVALIDOBJ Corrupted HLL object detected"u8);
}
