using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Server.Info;

/// <summary>
/// What is true of a server without persistence, replication and cluster, so that tools find every field. The module that brings such a
/// feature writes its own values under the same names.
/// </summary>
internal sealed class FeatureSections(IServer server, IConfiguration configuration)
{
    private long _startedAtSeconds;

    /// <summary>Notes the time that stands for the last save, as in Redis after an empty start.</summary>
    public void Started() => _startedAtSeconds = server.Clock.UnixMs / 1000;

    /// <summary>persistence</summary>
    public void Persistence(InfoWriter info)
    {
        info.Line("loading", server.Loading.Active ? 1 : 0);
        Zeros(info, "async_loading", "current_cow_peak", "current_cow_size", "current_cow_size_age");
        info.Line("current_fork_perc", 0, 2);
        Zeros(info, "current_save_keys_processed", "current_save_keys_total");
        info.Line("rdb_changes_since_last_save", server.Databases.Dirty);
        Zeros(info, "rdb_bgsave_in_progress");
        info.Line("rdb_last_save_time", _startedAtSeconds);
        info.Line("rdb_last_bgsave_status", "ok");
        info.Line("rdb_last_bgsave_time_sec", -1);
        info.Line("rdb_current_bgsave_time_sec", -1);
        Zeros(info, "rdb_saves", "rdb_last_cow_size", "rdb_last_load_keys_expired", "rdb_last_load_keys_loaded", "aof_enabled");
        Zeros(info, "aof_rewrite_in_progress", "aof_rewrite_scheduled");
        info.Line("aof_last_rewrite_time_sec", -1);
        info.Line("aof_current_rewrite_time_sec", -1);
        info.Line("aof_last_bgrewrite_status", "ok");
        Zeros(info, "aof_rewrites", "aof_rewrites_consecutive_failures");
        info.Line("aof_last_write_status", "ok");
        Zeros(info, "aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size");
    }

    /// <summary>replication</summary>
    public void Replication(InfoWriter info)
    {
        const string NoId = "0000000000000000000000000000000000000000";
        info.Line("role", "master");
        info.Line("connected_slaves", 0);
        info.Line("master_failover_state", "no-failover");
        info.Line("master_replid", server.Debug.ReplicationId);
        info.Line("master_replid2", NoId);
        info.Line("master_repl_offset", server.Propagation.Offset);
        info.Line("second_repl_offset", -1);
        info.Line("repl_backlog_active", 0);
        info.Line("repl_backlog_size", configuration.Find("repl-backlog-size")?.Format() ?? "0");
        Zeros(info, "repl_backlog_first_byte_offset", "repl_backlog_histlen");
    }

    /// <summary>cluster</summary>
    public void Cluster(InfoWriter info) => info.Line("cluster_enabled", configuration.Find("cluster-enabled")?.Format() == "yes" ? 1 : 0);

    private static void Zeros(InfoWriter info, params ReadOnlySpan<string> names)
    {
        foreach (string name in names) info.Line(name, 0);
    }
}
