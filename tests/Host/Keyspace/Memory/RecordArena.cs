using System.Runtime.InteropServices;
using System.Text;
using ModularKv.Abstractions.Memory;
using Record = ModularKv.Abstractions.Memory.Record;

namespace ModularKv.Host.Tests.Keyspace.Memory;

/// <summary>Makes records out of malloc'ed blocks and counts them; poisons what it frees.</summary>
internal sealed unsafe class RecordArena : IDisposable
{
    private readonly HashSet<nint> _live = [];

    public int Live => _live.Count;

    public Record* Make(string key, bool hasExpiry = false, long expireAtMs = 0)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(key);
        int size = Record.TotalSize(bytes.Length, 4, hasExpiry, external: false);
        byte* block = (byte*)NativeMemory.Alloc((nuint)size);
        _live.Add((nint)block);
        Record* record;
        fixed (byte* p = bytes) record = Record.Initialize(block, p, bytes.Length, 0, 0, 4, hasExpiry, external: false, 0);
        if (hasExpiry) record->ExpireAtMs = expireAtMs;
        record->Value.Fill(0x5A);
        return record;
    }

    public Record* Copy(Record* record)
    {
        byte* block = (byte*)NativeMemory.Alloc((nuint)record->Size);
        NativeMemory.Copy(record, block, (nuint)record->Size);
        _live.Add((nint)block);
        return (Record*)block;
    }

    public void Free(Record* record)
    {
        Assert.True(_live.Remove((nint)record), "freed twice or never made");
        new Span<byte>(record, record->Size).Fill(0xDD);
        NativeMemory.Free(record);
    }

    public void Dispose()
    {
        foreach (nint block in _live) NativeMemory.Free((void*)block);
        _live.Clear();
    }
}
