using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Aof.Manifest;

/// <summary>
/// The manifest on disk, and the names of the log's files. What is written is whole or not there: a new file, then a rename.
/// </summary>
internal sealed class ManifestStore(IFiles files, ILog log, string directory, string fileName)
{
    private readonly string _manifestName = fileName + ".manifest";
    private readonly string _temporaryName = "temp-" + fileName + ".manifest";

    /// <summary>appendfilename.</summary>
    public string FileName => fileName;

    /// <summary>appenddirname.</summary>
    public string Directory => directory;

    /// <summary>Name of the increment that is written while the first base is made.</summary>
    public string TemporaryIncrement => "temp-" + fileName + ".incr";

    /// <summary>A file of the log as <see cref="IFiles"/> takes it.</summary>
    public string PathOf(string name) => directory + "/" + name;

    /// <summary>Whether there is a log of an earlier Redis: one file in dir.</summary>
    public bool HasOldLog => files.Exists(fileName);

    /// <summary>Whether the log has that file.</summary>
    public bool Exists(string name) => files.Exists(PathOf(name));

    /// <summary>Reads the manifest; an empty one where there is none.</summary>
    /// <exception cref="ModuleException">It is broken or cannot be read; the reason, and in the log where.</exception>
    public AofManifest Load()
    {
        var manifest = new AofManifest();
        string path = PathOf(_manifestName);
        if (!files.Exists(path))
        {
            log.Debug($"The AOF manifest file {_manifestName} doesn't exist");
            return manifest;
        }

        if (ManifestReader.Read(ReadAll(path), manifest) is not { } fault) return manifest;
        log.Warning("\n*** FATAL AOF MANIFEST FILE ERROR ***\n");
        if (fault.LineNumber > 0)
        {
            log.Warning($"Reading the manifest file, at line {fault.LineNumber}\n");
            log.Warning($">>> '{fault.Line}'\n");
        }

        throw new ModuleException(fault.Reason);
    }

    private byte[] ReadAll(string path)
    {
        try
        {
            using DataFile file = files.Open(path);
            var content = new MemoryStream();
            byte[] buffer = new byte[4096];
            for (int read = file.Read(buffer); read > 0; read = file.Read(buffer)) content.Write(buffer, 0, read);
            return content.ToArray();
        }
        catch (IOException e)
        {
            throw new ModuleException($"Fatal error: can't open the AOF manifest file {path} for reading: {e.Message}");
        }
    }

    /// <summary>Writes it when it has changed. False: it could not be, the log says why, and the disk has the old one.</summary>
    public bool TryPersist(AofManifest manifest)
    {
        if (!manifest.IsDirty) return true;
        string step = $"Can't open the AOF manifest file {_temporaryName}";
        try
        {
            using (DataFile file = files.Create(PathOf(_temporaryName)))
            {
                step = $"Error trying to write the temporary AOF manifest file {_temporaryName}";
                file.Write(manifest.Format());
                step = $"Fail to fsync the temp AOF file {_temporaryName}";
                file.Sync();
            }

            step = $"Error trying to rename the temporary AOF manifest file {_temporaryName} into {_manifestName}";
            files.Rename(PathOf(_temporaryName), PathOf(_manifestName));
            step = $"Fail to fsync AOF directory {PathOf(_manifestName)}";
            files.SyncDirectory(directory);
        }
        catch (IOException e)
        {
            log.Warning($"{step}: {e.Message}");
            return false;
        }

        manifest.IsDirty = false;
        return true;
    }

    /// <summary>Creates the log's directory unless it is there. False: it could not be, the log says why.</summary>
    public bool TryCreateDirectory()
    {
        try
        {
            files.CreateDirectory(directory);
            return true;
        }
        catch (IOException e)
        {
            log.Warning($"Can't open or create append-only dir {directory}: {e.Message}");
            return false;
        }
    }

    /// <summary>
    /// Makes a log of an earlier Redis the base of this one: first the manifest that names it, then the file is moved. Broken off, it goes
    /// on at the next start.
    /// </summary>
    /// <exception cref="ModuleException">It cannot be done.</exception>
    public void Adopt(AofManifest manifest)
    {
        if (!TryCreateDirectory()) throw new ModuleException($"The old AOF file {fileName} was left where it is.");
        manifest.SetBase(new AofPart(fileName, 1, AofManifest.BaseKind));
        manifest.IsDirty = true;
        if (!TryPersist(manifest)) throw new ModuleException($"The old AOF file {fileName} was left where it is.");
        try
        {
            files.Rename(fileName, PathOf(fileName));
            files.SyncDirectory(directory);
        }
        catch (IOException e)
        {
            throw new ModuleException($"Error trying to move the old AOF file {fileName} into dir {directory}: {e.Message}");
        }

        log.Notice($"Successfully migrated an old-style AOF file ({fileName}) into the AOF directory ({directory}).");
    }
}
