using System.Text;
using ModularKv.Metrics.Samples;
using ModularKv.Metrics.Serving;

namespace ModularKv.Metrics.Tests;

/// <summary>What can be judged without a server.</summary>
public sealed class ReaderTests
{
    private const string Info = """
        # Server
        redis_version:7.4.0
        tcp_port:6379
        process_id:12
        server_time_usec:1700000100500000
        uptime_in_seconds:100
        # Memory
        used_memory:1048576
        mem_fragmentation_ratio:1.25
        maxmemory_policy:noeviction
        # Persistence
        rdb_last_bgsave_status:ok
        aof_last_write_status:err
        # Stats
        keyspace_hits:7
        # Modules
        module:name=sets,ver=1.0.0,api=1,filters=0,usedby=[],using=[],options=[],memory=64,calls=3,usec=1500000,faults=1
        # Commandstats
        cmdstat_config|get:calls=4,usec=2500000,usec_per_call=1.00,rejected_calls=1,failed_calls=2
        # Errorstats
        errorstat_WRONGTYPE:count=5
        # Latencystats
        latency_percentiles_usec_get:p50=1.023,p99.9=66.047
        # Monitoring
        slowlog_length:2
        slowlog_last_duration_us:250000
        latency_event_command:time=1700000000,latest_ms=120,max_ms=500
        # Keyspace
        db0:keys=10,expires=4,avg_ttl=2500,subexpiry=0
        nonsense without a colon
        :
        cmdstat_:
        db9:keys=x
        """;

    [Theory]
    [InlineData("redis_up", "", 1)]
    [InlineData("redis_start_time_seconds", "", 1700000000)]
    [InlineData("redis_uptime_in_seconds", "", 100)]
    [InlineData("redis_memory_used_bytes", "", 1048576)]
    [InlineData("redis_mem_fragmentation_ratio", "", 1.25)]
    [InlineData("redis_rdb_last_bgsave_status", "", 1)]
    [InlineData("redis_aof_last_write_status", "", 0)]
    [InlineData("redis_keyspace_hits_total", "", 7)]
    [InlineData("redis_module_memory_bytes", "name=sets", 64)]
    [InlineData("redis_module_duration_seconds_total", "name=sets", 1.5)]
    [InlineData("redis_module_faults_total", "name=sets", 1)]
    [InlineData("redis_commands_total", "cmd=config|get", 4)]
    [InlineData("redis_commands_duration_seconds_total", "cmd=config|get", 2.5)]
    [InlineData("redis_commands_rejected_calls_total", "cmd=config|get", 1)]
    [InlineData("redis_commands_failed_calls_total", "cmd=config|get", 2)]
    [InlineData("redis_errors_total", "err=WRONGTYPE", 5)]
    [InlineData("redis_latency_percentiles_usec", "cmd=get,quantile=0.999", 66.047)]
    [InlineData("redis_slowlog_length", "", 2)]
    [InlineData("redis_last_slow_execution_duration_seconds", "", 0.25)]
    [InlineData("redis_latency_spike_duration_seconds", "event_name=command", 0.12)]
    [InlineData("redis_db_keys", "db=db0", 10)]
    [InlineData("redis_db_keys_expiring", "db=db0", 4)]
    [InlineData("redis_db_avg_ttl_seconds", "db=db0", 2.5)]
    public void A_field_becomes_the_exporter_s_metric(string name, string labels, double value)
    {
        Snapshot snapshot = Read();
        Sample sample = Assert.Single(snapshot.Families.Where(family => family.Name == name).SelectMany(snapshot.Of),
            sample => Labels(sample) == labels);
        Assert.Equal(value, sample.Value, 9);
    }

    [Fact]
    public void The_instance_has_every_label()
    {
        Snapshot snapshot = Read();
        Sample sample = Assert.Single(snapshot.Of(snapshot.Families.Single(family => family.Name == "redis_instance_info")));
        Assert.Equal(
            "role=,redis_version=7.4.0,redis_build_id=,redis_mode=,os=,maxmemory_policy=noeviction,tcp_port=6379,run_id=,process_id=12",
            Labels(sample));
    }

    [Theory]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/metrics")]
    [InlineData("HEAD /metrics?x=1 HTTP/1.0\r\n\r\n", "HEAD", "/metrics")]
    [InlineData("GET /metrics\r\n\r\n", null, null)]
    [InlineData("GET metrics HTTP/1.1\r\n\r\n", null, null)]
    [InlineData("GET  HTTP/1.1\r\n\r\n", null, null)]
    [InlineData(" /metrics HTTP/1.1\r\n\r\n", null, null)]
    [InlineData("*1\r\n$4\r\nPING\r\n\r\n", null, null)]
    [InlineData("\r\n\r\n", null, null)]
    public void A_request_is_read_or_refused(string request, string? method, string? path)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(request);
        Assert.Equal(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4, HttpHead.EndOf(bytes));
        Assert.Equal(method is not null, HttpHead.TryParse(bytes, out HttpHead head));
        Assert.Equal(method, head.Method);
        Assert.Equal(path, head.Path);
    }

    private static Snapshot Read() => InfoReader.Read(Info.ReplaceLineEndings("\r\n"), []);

    private static string Labels(Sample sample) => string.Join(',', sample.Labels.Select(label => $"{label.Key}={label.Value}"));
}
