using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Hashes.Encodings;
using ModularKv.Hashes.Memory;

namespace ModularKv.Hashes.Persistence;

/// <summary>Writes hashes in Redis's RDB forms; those without times to live in forms that versions before 7.4 read too.</summary>
internal static class HashSaver
{
    /// <inheritdoc cref="DataType.Save"/>
    public static bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        switch (HashReader.FormOf(value))
        {
            case HashForm.Packed:
                writer.RdbType(HashLoader.Pack);
                writer.String(value.Value);
                return true;
            case HashForm.PackedTimes when HashReader.NextExpiry(value) != 0:
                writer.RdbType(HashLoader.TimedPack);
                writer.Fixed64(HashReader.NextExpiry(value));
                writer.String(value.Value);
                return true;
            case HashForm.PackedTimes:
                SaveFields(value, writer);
                return true;
            default:
                return SaveTable(value, writer, ref position);
        }
    }

    // No field expires any more: saved as if none ever had, for older servers.
    private static void SaveFields(Entry value, ValueWriter writer)
    {
        writer.RdbType(HashLoader.Fields);
        writer.Length((ulong)HashReader.Count(value));
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        HashWalk walk = new(value);
        while (walk.MoveNext())
        {
            writer.String(walk.Field.Text(scratch));
            writer.String(walk.Value.Text(scratch));
        }
    }

    private static bool SaveTable(Entry value, ValueWriter writer, ref ulong position)
    {
        long next = HashReader.NextExpiry(value);
        ref HashRoot root = ref value.Structure<HashRoot>();
        if (position == 0)
        {
            writer.RdbType(next != 0 ? HashLoader.TimedFields : HashLoader.Fields);
            if (next != 0) writer.Fixed64(next);
            writer.Length((ulong)root.Fields.Count);
        }

        // The table rests until the last piece is written, so that its walk brings each field once.
        TableWalk walk = new(position);
        while (writer.Written < ValuePiece.Bytes)
        {
            if (!root.Fields.Next(ref walk, out TableItem item)) return true;
            HashField content = HashReader.ValueOf(item);

            // Times count from the first one; 0 means none. Source: rdbSaveObject.
            if (next != 0) writer.Length(content.ExpireAtMs == 0 ? 0 : (ulong)(content.ExpireAtMs - next + 1));
            writer.String(item.Key);
            writer.String(content.Text(default));
        }

        position = walk.Position;
        return false;
    }
}
