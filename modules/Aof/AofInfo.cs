using ModularKv.Abstractions;
using ModularKv.Aof.Rewriting;

namespace ModularKv.Aof;

/// <summary>The log's lines in INFO.</summary>
internal sealed class AofInfo(AofLog log, Rewrite rewrite)
{
    /// <summary>persistence</summary>
    public void Persistence(InfoWriter info)
    {
        info.Line("aof_enabled", log.State == AofState.Off ? 0 : 1);
        info.Line("aof_rewrite_in_progress", rewrite.IsRunning ? 1 : 0);
        info.Line("aof_rewrite_scheduled", rewrite.IsScheduled ? 1 : 0);
        info.Line("aof_last_rewrite_time_sec", rewrite.LastSeconds);
        info.Line("aof_current_rewrite_time_sec", rewrite.CurrentSeconds);
        info.Line("aof_last_bgrewrite_status", rewrite.LastSucceeded ? "ok" : "err");
        info.Line("aof_rewrites", rewrite.Count);
        info.Line("aof_rewrites_consecutive_failures", rewrite.Failures);
        info.Line("aof_last_write_status", log.Writer.IsHealthy ? "ok" : "err");
        info.Line("aof_last_cow_size", 0);
        if (log.State == AofState.Off) return;
        info.Line("aof_current_size", log.Size);
        info.Line("aof_base_size", log.BaseSize);
        info.Line("aof_pending_rewrite", rewrite.IsScheduled ? 1 : 0);
        info.Line("aof_buffer_length", log.Writer.BufferedBytes);
        info.Line("aof_pending_bio_fsync", log.Writer.PendingSyncs);
        info.Line("aof_delayed_fsync", log.Writer.DelayedSyncs);
    }

    /// <summary>memory</summary>
    public void Memory(InfoWriter info) => info.Line("mem_aof_buffer", log.Writer.MemoryBytes);
}
