using ModularKv.Abstractions;

namespace ModularKv.Host.Keyspace.Memory;

/// <summary>Writes the commands that rebuild a value as items: their number of arguments, then each.</summary>
internal sealed class CommandItems : ICommandSink
{
    private ValueWriter _writer = null!;

    /// <summary>Writes there from now on.</summary>
    public CommandItems Into(ValueWriter writer)
    {
        _writer = writer;
        return this;
    }

    /// <inheritdoc/>
    public void Begin(int arguments) => _writer.Length((ulong)arguments);

    /// <inheritdoc/>
    public void Argument(ReadOnlySpan<byte> bytes) => _writer.String(bytes);
}
