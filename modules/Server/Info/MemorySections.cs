using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Server.Info;

/// <summary>INFO's sections about memory: memory, gc.</summary>
internal sealed class MemorySections(IServer server, IConfiguration configuration)
{
    /// <summary>memory</summary>
    public void Memory(InfoWriter info)
    {
        var memory = new MemorySnapshot(server);
        WriteUse(info, memory);
        WriteScripts(info);
        long limit = configuration.Find("maxmemory") is Parameter<long> parameter ? parameter.Value : 0;
        info.Line("maxmemory", limit);
        info.Line("maxmemory_human", MemorySnapshot.Human(limit));
        info.Line("maxmemory_policy", configuration.Find("maxmemory-policy")?.Format() ?? "noeviction");
        WriteFragmentation(info, memory);
        info.Line("mem_not_counted_for_evict", server.Memory.UncountedBytes);
        info.Line("mem_replication_backlog", 0);
        info.Line("mem_total_replication_buffers", 0);
        info.Line("mem_clients_slaves", memory.ReplicaClients);
        info.Line("mem_clients_normal", memory.NormalClients);
        info.Line("mem_cluster_links", 0);
        info.Line("mem_overhead_db_hashtable_rehashing", 0);
        info.Line("mem_aof_buffer", 0);
        info.Line("mem_allocator", "modularkv-slab");
        info.Line("active_defrag_running", 0);
        info.Line("lazyfree_pending_objects", server.Databases.LazyFreePending);
        info.Line("lazyfreed_objects", server.Statistics.LazyFreedObjects);
    }

    /// <summary>gc: what the managed part of the server costs.</summary>
    public static void Collections(InfoWriter info)
    {
        GCMemoryInfo last = GC.GetGCMemoryInfo(GCKind.Any);
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            info.Line("gc_collections_gen" + generation.ToString(CultureInfo.InvariantCulture), GC.CollectionCount(generation));
        }

        TimeSpan longest = TimeSpan.Zero;
        foreach (TimeSpan pause in last.PauseDurations) longest = pause > longest ? pause : longest;
        info.Line("gc_pause_total_us", (long)GC.GetTotalPauseDuration().TotalMicroseconds);
        info.Line("gc_pause_last_us", (long)longest.TotalMicroseconds);
        info.Line("gc_pause_time_percentage", last.PauseTimePercentage, 2);
        info.Line("gc_allocated_bytes", GC.GetTotalAllocatedBytes());
        info.Line("gc_heap_bytes", GC.GetTotalMemory(forceFullCollection: false));
        info.Line("gc_heap_size_after_last_bytes", last.HeapSizeBytes);
        info.Line("gc_fragmented_bytes", last.FragmentedBytes);
        info.Line("gc_committed_bytes", last.TotalCommittedBytes);
    }

    private static void WriteUse(InfoWriter info, in MemorySnapshot memory)
    {
        long total = GC.GetGCMemoryInfo(GCKind.Any).TotalAvailableMemoryBytes;
        info.Line("used_memory", memory.Used);
        info.Line("used_memory_human", MemorySnapshot.Human(memory.Used));
        info.Line("used_memory_rss", memory.Resident);
        info.Line("used_memory_rss_human", MemorySnapshot.Human(memory.Resident));
        info.Line("used_memory_peak", memory.Peak);
        info.Line("used_memory_peak_human", MemorySnapshot.Human(memory.Peak));
        info.Line("used_memory_peak_perc", Percent(memory.PeakPercent));
        info.Line("used_memory_overhead", memory.Overhead);
        info.Line("used_memory_startup", memory.Startup);
        info.Line("used_memory_dataset", memory.Dataset);
        info.Line("used_memory_dataset_perc", Percent(memory.DatasetPercent));
        info.Line("allocator_allocated", memory.Allocated);
        info.Line("allocator_active", memory.Active);
        info.Line("allocator_resident", memory.Committed);
        info.Line("allocator_muzzy", 0);
        info.Line("total_system_memory", total);
        info.Line("total_system_memory_human", MemorySnapshot.Human(total));
    }

    // True of a server without a script engine; a module that brings one writes its own values over these.
    private static void WriteScripts(InfoWriter info)
    {
        info.Line("used_memory_lua", 0);
        info.Line("used_memory_vm_eval", 0);
        info.Line("used_memory_lua_human", MemorySnapshot.Human(0));
        info.Line("used_memory_scripts_eval", 0);
        info.Line("number_of_cached_scripts", 0);
        info.Line("number_of_functions", 0);
        info.Line("number_of_libraries", 0);
        info.Line("used_memory_vm_functions", 0);
        info.Line("used_memory_vm_total", 0);
        info.Line("used_memory_vm_total_human", MemorySnapshot.Human(0));
        info.Line("used_memory_functions", 0);
        info.Line("used_memory_scripts", 0);
        info.Line("used_memory_scripts_human", MemorySnapshot.Human(0));
    }

    private static void WriteFragmentation(InfoWriter info, in MemorySnapshot memory)
    {
        info.Line("allocator_frag_ratio", MemorySnapshot.Ratio(memory.Active, memory.Allocated), 2);
        info.Line("allocator_frag_bytes", memory.Active - memory.Allocated);
        info.Line("allocator_rss_ratio", MemorySnapshot.Ratio(memory.Committed, memory.Active), 2);
        info.Line("allocator_rss_bytes", memory.Committed - memory.Active);
        info.Line("rss_overhead_ratio", MemorySnapshot.Ratio(memory.Resident, memory.Committed), 2);
        info.Line("rss_overhead_bytes", memory.Resident - memory.Committed);
        info.Line("mem_fragmentation_ratio", MemorySnapshot.Ratio(memory.Resident, memory.Used), 2);
        info.Line("mem_fragmentation_bytes", memory.Resident - memory.Used);
    }

    private static string Percent(double value) => value.ToString("F2", CultureInfo.InvariantCulture) + "%";
}
