using ModularKv.Abstractions;
using ModularKv.Rdb.Commands;
using ModularKv.Rdb.Format;
using ModularKv.Rdb.Opaque;

namespace ModularKv.Rdb.Reading;

/// <summary>Registers what reads.</summary>
internal static class ReadingSetup
{
    /// <summary>RESTORE, and the loader for who reads images.</summary>
    /// <param name="registry">The module's.</param>
    /// <param name="kept">What an image holds beside the keys that nobody here understands.</param>
    public static RdbLoader Register(IModuleRegistry registry, KeptAux kept)
    {
        var loader = new RdbLoader(registry.Server, new ReadingSettings(registry.Configuration), new OpaqueTypes(registry), kept);
        var restore = new RestoreCommand(loader);
        registry.Commands(restore.Rows);
        registry.Debug(restore.SkipChecksums);
        return loader;
    }
}
