using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Server.Info;

/// <summary>
/// What is true of a server without persistence, replication and cluster, so that tools find every field. The module that brings such a
/// feature writes its own values under the same names.
/// </summary>
internal sealed class FeatureSections(IServer server, IConfiguration configuration)
{
    /// <summary>persistence</summary>
    public void Persistence(InfoWriter info)
    {
        info.Line("loading", server.Loading.Active ? 1 : 0);
        Zeros(info, "async_loading", "aof_enabled");
        Zeros(info, "aof_rewrite_in_progress", "aof_rewrite_scheduled");
        info.Line("aof_last_rewrite_time_sec", -1);
        info.Line("aof_current_rewrite_time_sec", -1);
        info.Line("aof_last_bgrewrite_status", "ok");
        Zeros(info, "aof_rewrites", "aof_rewrites_consecutive_failures");
        info.Line("aof_last_write_status", "ok");
        Zeros(info, "aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size");
        if (server.Loading.Active) Loading(info, server.Loading);
    }

    // Source: genRedisInfoString.
    private void Loading(InfoWriter info, ILoading loading)
    {
        const int MsPerSecond = 1000;
        long elapsed = (server.Clock.UnixMs - loading.StartedAtMs) / MsPerSecond;
        long total = Math.Max(loading.TotalBytes, 1);
        long left = loading.TotalBytes - loading.LoadedBytes;
        info.Line("loading_start_time", loading.StartedAtMs / MsPerSecond);
        info.Line("loading_total_bytes", loading.TotalBytes);
        info.Line("loading_rdb_used_mem", loading.FileMemoryBytes);
        info.Line("loading_loaded_bytes", loading.LoadedBytes);
        info.Line("loading_loaded_perc", 100.0 * loading.LoadedBytes / total, 2);
        info.Line("loading_eta_seconds", elapsed == 0 ? 1 : elapsed * left / (loading.LoadedBytes + 1));
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
