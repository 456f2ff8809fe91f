using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Probe;

/// <summary>Commands on <see cref="ProbeBlock"/>, and saving and loading of any type.</summary>
internal sealed class BlockCommands(MemoryOwner memory)
{
    private readonly ItemReader _reader = new();

    /// <summary>The type.</summary>
    public ProbeBlock Type { get; } = new(memory);

    /// <summary>PROBE.BSET key bytes.</summary>
    public void Set(ref CommandContext call)
    {
        Type.Put(call.Keys, call.Key(1), call.Argument(2));
        call.Changed(call.Key(1), KeyEventClass.Module, "probe.bset"u8);
        call.Reply.Ok();
    }

    /// <summary>PROBE.BGET key: the bytes, or null.</summary>
    public void Get(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing) call.Reply.Null();
        else if (!entry.Is(Type)) call.Reply.WrongType();
        else call.Reply.Bulk(ProbeBlock.Content(entry));
    }

    /// <summary>PROBE.ROUNDTRIP key to: saves the value and loads it under another key. Replies the bytes saved.</summary>
    public void RoundTrip(ref CommandContext call)
    {
        Entry entry = call.Keys.Find(call.Key(1));
        if (entry.IsMissing)
        {
            call.Reply.Null();
            return;
        }

        DataType type = call.Server.Types.Of(entry);
        using var writer = new ItemWriter();
        ulong position = 0;
        while (!type.Save(entry, writer, ref position)) writer.BeginValue();
        call.Keys.Delete(call.Key(2));
        _reader.Open(writer.Content);
        int rdbType = _reader.TryRdbType();
        type.Load(_reader, rdbType < 0 ? type.Version : rdbType, call.Keys, call.Key(2));
        call.Changed(call.Key(2), KeyEventClass.Module, "probe.roundtrip"u8);
        call.Reply.Integer(writer.TotalLength);
    }
}
