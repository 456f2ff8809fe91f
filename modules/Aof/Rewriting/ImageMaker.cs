using ModularKv.Abstractions;

namespace ModularKv.Aof.Rewriting;

/// <summary>An image under way.</summary>
/// <param name="Complete">Goes on to the end at once.</param>
/// <param name="Cancel">Stops it with a reason.</param>
internal sealed record ImageRun(Action Complete, Action<string> Cancel);

/// <summary>Makes the base of a log: an RDB image or the commands that rebuild the data set.</summary>
internal sealed class ImageMaker(IServer server, AofSettings settings)
{
    private bool _toldOfMissing;

    /// <summary>Whether the next base is an RDB image.</summary>
    public bool IsRdb
    {
        get
        {
            if (!settings.UsesPreamble.Value) return false;
            if (server.Find<IRdbFormat>() is not null) return true;
            if (!_toldOfMissing)
            {
                server.Log.Warning("aof-use-rdb-preamble is set, but no module writes RDB images: AOF base files hold commands instead.");
            }

            _toldOfMissing = true;
            return false;
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="path">The file to be made.</param>
    /// <param name="isRdb">Which form.</param>
    /// <param name="ended">Called on the loop with null when the file is whole and durable, or with the reason why there is none.</param>
    public ImageRun Start(string path, bool isRdb, Action<string?> ended)
    {
        var file = new BaseFile(server.Files, path, settings.IncrementalFsync.Value);
        if (isRdb)
        {
            IRdbSave save = server.Find<IRdbFormat>()!.Save(file, new RdbSaveOptions(IsAofBase: true), ended);
            return new ImageRun(save.Complete, save.Cancel);
        }

        long timestamp = settings.Timestamps.Value ? server.Clock.UnixMs / 1000 : 0;
        var image = new CommandImage(server, file, timestamp, () => settings.KeyDelayMicros, ended);
        image.Start();
        return new ImageRun(image.Complete, image.Cancel);
    }
}
