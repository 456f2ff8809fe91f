using ModularKv.Abstractions;

namespace ModularKv.Sets.Persistence;

/// <summary>Writes the commands that rebuild a set, a large one by pieces. Source: aof.c, rewriteSetObject.</summary>
internal static class SetRewriting
{
    /// <inheritdoc cref="DataType.Rewrite(Entry, ICommandSink, ref ulong)"/>
    public static bool Write(Entry value, ICommandSink commands, ref ulong position)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        SetWalk walk = new(SetView.Of(value), position);
        for (long bytes = 0; bytes < ValuePiece.Bytes;)
        {
            int members = CountNext(walk, ref bytes);
            if (members == 0) return true;
            commands.Begin(2 + members);
            commands.Argument("SADD"u8);
            commands.Argument(value.Key);
            for (int i = 0; i < members && walk.MoveNext(out SetMember member); i++) commands.Argument(member.Text(digits));
        }

        position = walk.Position;
        return false;
    }

    // A copy of the walk looks ahead: a command begins with its number of arguments.
    private static int CountNext(SetWalk ahead, ref long bytes)
    {
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        int members = 0;
        for (long until = bytes + ValuePiece.Bytes; members < ValuePiece.ItemsPerCommand && bytes < until; members++)
        {
            if (!ahead.MoveNext(out SetMember member)) break;
            bytes += member.Text(digits).Length;
        }

        return members;
    }
}
