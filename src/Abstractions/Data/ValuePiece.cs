namespace ModularKv.Abstractions;

/// <summary>
/// How much of a large value <see cref="DataType.Save"/> and <see cref="DataType.Rewrite(Entry, ICommandSink, ref ulong)"/> write at once.
/// </summary>
public static class ValuePiece
{
    /// <summary>About so many bytes per call, and per command where elements are long: a large value must not hold the loop.</summary>
    public const int Bytes = 64 * 1024;

    /// <summary>Elements in one command. Source: AOF_REWRITE_ITEMS_PER_CMD.</summary>
    public const int ItemsPerCommand = 64;
}
