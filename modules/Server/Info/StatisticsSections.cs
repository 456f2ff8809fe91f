using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Server.Info;

/// <summary>INFO's counters: stats, commandstats, errorstats, latencystats, keyspace.</summary>
internal sealed class StatisticsSections(IServer server, IConfiguration configuration)
{
    /// <summary>Shortest time over which a rate says something, microseconds.</summary>
    private const long LoopRateMicrosMin = 100_000;

    private static readonly string[] DefaultPercentiles = ["50", "99", "99.9"];

    /// <summary>stats</summary>
    public void Stats(InfoWriter info)
    {
        ServerStatistics s = server.Statistics;
        info.Line("total_connections_received", s.ConnectionsReceived);
        info.Line("total_commands_processed", s.CommandsProcessed);
        info.Line("instantaneous_ops_per_sec", (long)s.Rates.Commands);
        info.Line("total_net_input_bytes", s.NetInputBytes);
        info.Line("total_net_output_bytes", s.NetOutputBytes);
        info.Line("total_net_repl_input_bytes", 0);
        info.Line("total_net_repl_output_bytes", 0);
        info.Line("instantaneous_input_kbps", s.Rates.InputKb, 2);
        info.Line("instantaneous_output_kbps", s.Rates.OutputKb, 2);
        info.Line("instantaneous_input_repl_kbps", 0, 2);
        info.Line("instantaneous_output_repl_kbps", 0, 2);
        info.Line("rejected_connections", s.ConnectionsRejected);
        Zeros(info, "sync_full", "sync_partial_ok", "sync_partial_err");
        info.Line("expired_keys", s.ExpiredKeys);
        info.Line("expired_subkeys", s.ExpiredSubkeys);
        info.Line("expired_stale_perc", s.ExpiredStalePercent, 2);
        info.Line("expired_time_cap_reached_count", s.ExpiredTimeCapReached);
        info.Line("expire_cycle_cpu_milliseconds", s.ExpireCycleMicros / 1000);
        info.Line("evicted_keys", s.EvictedKeys);
        info.Line("evicted_clients", s.EvictedClients);
        info.Line("evicted_scripts", s.EvictedScripts);
        long exceeded = s.EvictionExceededSince == 0 ? 0 : server.Clock.MonotonicMicros() - s.EvictionExceededSince;
        info.Line("total_eviction_exceeded_time", (s.EvictionExceededMicros + exceeded) / 1000);
        info.Line("current_eviction_exceeded_time", exceeded / 1000);
        info.Line("keyspace_hits", s.KeyspaceHits);
        info.Line("keyspace_misses", s.KeyspaceMisses);
        Zeros(info, "pubsub_channels", "pubsub_patterns", "pubsubshard_channels", "latest_fork_usec");
        info.Line("total_forks", s.TotalForks); // images written in the background: nothing forks here
        Zeros(info, "migrate_cached_sockets", "slave_expires_tracked_keys");
        info.Line("active_defrag_hits", s.DefragmentedBlocks);
        Zeros(info, "active_defrag_misses", "active_defrag_key_hits", "active_defrag_key_misses");
        info.Line("total_active_defrag_time", s.DefragmentationMicros / 1000);
        info.Line("current_active_defrag_time", 0);
        info.Line("unexpected_error_replies", 0);
        info.Line("total_error_replies", s.ErrorReplies);
        info.Line("dump_payload_sanitizations", 0);
        info.Line("total_reads_processed", s.ReadsProcessed);
        info.Line("total_writes_processed", s.WritesProcessed);
        info.Line("io_threaded_reads_processed", 0);
        info.Line("io_threaded_writes_processed", 0);
        info.Line("client_query_buffer_limit_disconnections", s.QueryBufferLimitDisconnections);
        info.Line("client_output_buffer_limit_disconnections", s.OutputBufferLimitDisconnections);
        info.Line("reply_buffer_shrinks", s.ReplyBufferShrinks);
        info.Line("reply_buffer_expands", s.ReplyBufferExpands);
        info.Line("acl_access_denied_auth", s.UnauthorizedAuth);
        info.Line("acl_access_denied_cmd", s.UnauthorizedCommands);
        info.Line("acl_access_denied_key", s.UnauthorizedKeys);
        info.Line("acl_access_denied_channel", s.UnauthorizedChannels);
        WriteLoop(info, s);
        info.Line("loop_iterations", s.LoopIterations);
        info.Line("loop_busy_us", s.LoopMicros);
        info.Line("longest_loop_iteration_us", s.LongestLoopMicros);
        info.Line("longest_loop_cpu_us", s.LongestLoopCpuMicros);
        info.Line("longest_loop_stage", s.LongestLoopStage);
    }

    private (long AtMicros, long Iterations, long Micros) _loopBefore;
    private (long PerSecond, long Micros) _loopRate;

    /// <summary>The loop under the names of 7.4; its rates are those between two calls of INFO.</summary>
    private void WriteLoop(InfoWriter info, ServerStatistics s)
    {
        long now = server.Clock.MonotonicMicros();
        (long at, long iterations, long micros) = _loopBefore;
        if (now - at >= LoopRateMicrosMin)
        {
            long ran = Math.Max(0, s.LoopIterations - iterations);
            _loopRate = ((long)(ran * 1e6 / (now - at)), Math.Max(0, s.LoopMicros - micros) / Math.Max(1, ran));
            _loopBefore = (now, s.LoopIterations, s.LoopMicros);
        }

        info.Line("eventloop_cycles", s.LoopIterations);
        info.Line("eventloop_duration_sum", s.LoopMicros);
        info.Line("eventloop_duration_cmd_sum", EveryCommand().Sum(command => command.Nanoseconds) / 1000);
        info.Line("instantaneous_eventloop_cycles_per_sec", _loopRate.PerSecond);
        info.Line("instantaneous_eventloop_duration_usec", _loopRate.Micros);
    }

    /// <summary>commandstats</summary>
    public void CommandStats(InfoWriter info)
    {
        foreach (Command command in EveryCommand())
        {
            if (command.Calls == 0 && command.Failed == 0 && command.Rejected == 0) continue;
            long usec = command.Nanoseconds / 1000;
            double perCall = command.Calls == 0 ? 0 : command.Nanoseconds / 1000.0 / command.Calls;
            info.Line("cmdstat_" + command.FullName, string.Create(CultureInfo.InvariantCulture,
                $"calls={command.Calls},usec={usec},usec_per_call={perCall:F2},")
                + string.Create(CultureInfo.InvariantCulture, $"rejected_calls={command.Rejected},failed_calls={command.Failed}"));
        }
    }

    /// <summary>errorstats</summary>
    public void ErrorStats(InfoWriter info)
    {
        foreach ((string code, long count) in server.Statistics.Errors) info.Line("errorstat_" + code, $"count={count}");
    }

    /// <summary>latencystats</summary>
    public void LatencyStats(InfoWriter info)
    {
        if (configuration.Find("latency-tracking") is BoolParameter { Value: false }) return;
        IReadOnlyList<string> percentiles = configuration.Find("latency-tracking-info-percentiles") is Parameter<IReadOnlyList<string>> list
            ? list.Value
            : DefaultPercentiles;
        foreach (Command command in EveryCommand())
        {
            if (command.Latency is not { } histogram) continue;
            IEnumerable<string> values = percentiles.Select(percentile => string.Create(CultureInfo.InvariantCulture,
                $"p{percentile}={LatencyHistogram.MicrosAt(histogram, double.Parse(percentile, CultureInfo.InvariantCulture)):F3}"));
            info.Line("latency_percentiles_usec_" + command.FullName, string.Join(',', values));
        }
    }

    /// <summary>keyspace</summary>
    public void Keyspace(InfoWriter info)
    {
        IFieldExpiry? fields = server.Find<IFieldExpiry>();
        for (int i = 0; i < server.Databases.Count; i++)
        {
            if (server.Databases.CountOf(i) == 0) continue;
            Database database = server.Databases[i];
            info.Line("db" + i.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture,
                $"keys={database.Count},expires={database.ExpiringCount},avg_ttl={database.AverageTtlMs},")
                + string.Create(CultureInfo.InvariantCulture, $"subexpiry={fields?.HashesWithExpiringFields(i) ?? 0}"));
        }
    }

    // What a server without the feature counts; the module that brings it writes over these.
    private static void Zeros(InfoWriter info, params ReadOnlySpan<string> names)
    {
        foreach (string name in names) info.Line(name, 0);
    }

    // A container's own row counts too where it can be called, as COMMAND.
    private IEnumerable<Command> EveryCommand() => server.Commands.All.SelectMany(command => command.Subcommands.Prepend(command));
}
