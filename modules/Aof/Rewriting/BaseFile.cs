using ModularKv.Abstractions;

namespace ModularKv.Aof.Rewriting;

/// <summary>The file that a rewrite makes. Used on the writing thread.</summary>
internal sealed class BaseFile(IFiles files, string path, bool syncsAsItGoes) : RdbSink
{
    private PacedFile? _file;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> bytes) => (_file ??= Create()).Write(bytes);

    /// <inheritdoc/>
    public override void Complete()
    {
        _file ??= Create();
        _file.Sync();
        _file.Dispose();
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        try
        {
            _file?.Dispose();
            files.Delete(path);
        }
        catch (IOException)
        {
            // A leftover temporary file is written over by the next rewrite.
        }
    }

    private PacedFile Create() => new(files.Create(path), syncsAsItGoes);
}
