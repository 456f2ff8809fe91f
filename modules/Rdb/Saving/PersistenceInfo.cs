using ModularKv.Abstractions;
using ModularKv.Rdb.Writing;

namespace ModularKv.Rdb.Saving;

/// <summary>
/// INFO persistence, the fields about snapshots. There is no child process: what waits to be written stands for its memory.
/// </summary>
internal sealed class PersistenceInfo(IServer server, RdbFormat format, DataSetFile file, DataSetLoad loading)
{
    /// <summary>Writes the fields.</summary>
    public void WriteTo(InfoWriter info)
    {
        RdbSave? save = format.Current;
        long done = save?.Snapshot.KeysDone ?? 0;
        long total = save?.Snapshot.KeysTotal ?? 0;
        info.Line("current_cow_peak", save?.PeakQueuedBytes ?? 0);
        info.Line("current_cow_size", save?.QueuedBytes ?? 0);
        info.Line("current_cow_size_age", 0);
        info.Line("current_fork_perc", total == 0 ? 0 : 100.0 * done / total, 2);
        info.Line("current_save_keys_processed", done);
        info.Line("current_save_keys_total", total);
        info.Line("rdb_changes_since_last_save", server.Databases.Dirty);
        info.Line("rdb_bgsave_in_progress", file.InBackground ? 1 : 0);
        info.Line("rdb_last_save_time", file.SavedAt);
        info.Line("rdb_last_bgsave_status", file.IsWell ? "ok" : "err");
        info.Line("rdb_last_bgsave_time_sec", file.LastSeconds);
        info.Line("rdb_current_bgsave_time_sec", file.CurrentSeconds);
        info.Line("rdb_saves", file.Saves);
        info.Line("rdb_last_cow_size", format.LastPeakBytes);
        info.Line("rdb_last_load_keys_expired", loading.KeysExpired);
        info.Line("rdb_last_load_keys_loaded", loading.KeysLoaded);
    }
}
