using System.Globalization;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Writing;

/// <summary>Writes an image: head, keys as they come, foot. Lives on the writing thread. Source: rdbSaveRio.</summary>
internal sealed class ImageWriter(ImageHead head, ImageOutput output, PaceKeeper pace)
{
    private readonly ItemReader _items = new();
    private readonly HashSet<int> _sizesWritten = [];
    private int _database = -1;
    private bool _continues;
    private bool _isMarked;

    /// <summary>What stands before the keys.</summary>
    public void Begin()
    {
        output.Raw(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"REDIS{head.Version:D4}")));
        foreach ((string name, string value) in head.Aux)
        {
            output.Byte(RdbOpcode.Aux);
            output.String(Encoding.UTF8.GetBytes(name));
            output.String(Encoding.UTF8.GetBytes(value));
        }

        foreach (byte[] record in head.RecordsBefore) output.Raw(record);
        foreach (byte[] source in head.Functions)
        {
            output.Byte(RdbOpcode.Function2);
            output.String(source);
        }
    }

    /// <summary>A chunk's keys.</summary>
    public void Write(SnapshotChunk chunk)
    {
        while (chunk.Read(out SnapshotEntry entry))
        {
            if (!_continues) BeginKey(entry);
            entry.OpenValue(_items);
            if (!_continues) BeginValue(entry);
            if (_isMarked) ItemForm.WriteMarked(_items, output); else ItemForm.WriteBare(_items, output);
            _continues = entry.Continued;
            if (_continues) continue;
            if (_isMarked) output.Length(ModuleMark.End);
            if (pace.IsSlow && pace.Wait()) output.Flush();
        }
    }

    /// <summary>What stands behind the keys.</summary>
    public void End()
    {
        foreach (byte[] record in head.RecordsAfter) output.Raw(record);
        output.Byte(RdbOpcode.End);
        output.End();
    }

    private void BeginKey(in SnapshotEntry entry)
    {
        if (entry.Database != _database) Select(entry.Database);
        if (entry.ExpireAtMs >= 0)
        {
            output.Byte(RdbOpcode.ExpireTimeMs);
            output.Fixed64(entry.ExpireAtMs);
        }

        if (head.KeepsIdleTimes && entry.IdleSeconds >= 0)
        {
            output.Byte(RdbOpcode.Idle);
            output.Length((ulong)entry.IdleSeconds);
        }
        else if (entry.Frequency >= 0)
        {
            output.Byte(RdbOpcode.Frequency);
            output.Byte((byte)entry.Frequency);
        }
    }

    private void BeginValue(in SnapshotEntry entry)
    {
        int type = _items.TryRdbType();
        _isMarked = type < 0;
        output.Byte(_isMarked ? RdbTypeByte.Module2 : (byte)type);
        output.String(entry.Key);
        if (_isMarked) output.Length(ItemForm.ModuleId(entry.Type, entry.TypeVersion));
    }

    // Old values of keys that were about to change come between, so a database may be selected more than once.
    private void Select(int database)
    {
        _database = database;
        output.Byte(RdbOpcode.SelectDatabase);
        output.Length((ulong)database);
        if (!_sizesWritten.Add(database)) return;
        (long keys, long expiring) = head.Sizes[database];
        output.Byte(RdbOpcode.ResizeDatabase);
        output.Length((ulong)keys);
        output.Length((ulong)expiring);
    }
}
