using ModularKv.Abstractions;
using ModularKv.Hashes.Encodings;

namespace ModularKv.Hashes.Persistence;

/// <summary>Writes the commands that rebuild a hash, a large one by pieces. Source: aof.c, rewriteHashObject.</summary>
/// <remarks>The position is that of a walk over the fields; with the topmost bit, of a second one over their times to live.</remarks>
internal static class HashRewriting
{
    // Fields looked at per call for their times: 64 bytes a field.
    private const int TimesPerPiece = 1024;

    private const ulong InTimes = 1ul << 63;

    /// <inheritdoc cref="DataType.Rewrite(Entry, ICommandSink, ref ulong)"/>
    public static bool Write(Entry value, ICommandSink commands, ref ulong position)
    {
        if ((position & InTimes) == 0)
        {
            if (!WriteFields(value, commands, ref position)) return false;
            if (!HashReader.HasTimes(value)) return true;
            position = InTimes;
            if (!HashReader.IsPacked(value)) return false;
        }

        return WriteTimes(value, commands, ref position);
    }

    private static bool WriteFields(Entry value, ICommandSink commands, ref ulong position)
    {
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        HashWalk walk = new(value, position);
        for (long bytes = 0; bytes < ValuePiece.Bytes || HashReader.IsPacked(value);)
        {
            int fields = CountNext(walk, ref bytes);
            if (fields == 0) return true;
            commands.Begin(2 + (fields * 2));
            commands.Argument("HMSET"u8);
            commands.Argument(value.Key);
            for (int i = 0; i < fields && walk.MoveNext(); i++)
            {
                commands.Argument(walk.Field.Text(scratch));
                commands.Argument(walk.Value.Text(scratch));
            }
        }

        position = walk.Position;
        return false;
    }

    // A copy of the walk looks ahead: a command begins with its number of arguments.
    private static int CountNext(HashWalk ahead, ref long bytes)
    {
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        int fields = 0;
        for (long until = bytes + ValuePiece.Bytes; fields < ValuePiece.ItemsPerCommand && bytes < until && ahead.MoveNext(); fields++)
        {
            bytes += ahead.Field.Text(scratch).Length;
            bytes += ahead.Value.Text(scratch).Length;
        }

        return fields;
    }

    private static bool WriteTimes(Entry value, ICommandSink commands, ref ulong position)
    {
        Span<byte> scratch = stackalloc byte[NumberText.IntegerBytesMax];
        HashWalk walk = new(value, position & ~InTimes);
        for (int seen = 0; seen < TimesPerPiece || HashReader.IsPacked(value); seen++)
        {
            if (!walk.MoveNext()) return true;
            if (walk.Value.ExpireAtMs == 0) continue;
            commands.Begin(6);
            commands.Argument("HPEXPIREAT"u8);
            commands.Argument(value.Key);
            commands.Argument(scratch[..NumberText.Write(scratch, walk.Value.ExpireAtMs)]);
            commands.Argument("FIELDS"u8);
            commands.Argument("1"u8);
            commands.Argument(walk.Field.Text(scratch));
        }

        position = walk.Position | InTimes;
        return false;
    }
}
