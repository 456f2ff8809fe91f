using System.Text;

namespace ModularKv.Server.Info;

/// <summary>MEMORY DOCTOR: the thresholds are those of Redis's getMemoryDoctorReport.</summary>
internal static class MemoryDoctor
{
    private const long TooLittleBytes = 5 << 20;
    private const long WorthMentioningBytes = 10 << 20;
    private const long LargeClientBytes = 200 << 10;
    private const int ManyScripts = 1000;
    private const double LargePeakRatio = 1.5;
    private const double HighResidentRatio = 1.4;
    private const double HighRatio = 1.1;

    /// <summary>The report for so many connected clients and cached scripts.</summary>
    public static string Report(in MemorySnapshot memory, int clients, int scripts)
    {
        if (memory.Used < TooLittleBytes)
        {
            return "The data set is empty or tiny: there is nothing to judge yet. Ask again when there is data.\n";
        }

        var text = new StringBuilder();
        if (MemorySnapshot.Ratio(memory.Peak, memory.Used) > LargePeakRatio)
        {
            text.Append(" * Large peak: the server once used more than 150% of what it uses now. MEMORY PURGE gives empty pages back.\n\n");
        }

        if (IsHigh(memory.Resident, memory.Used, HighResidentRatio))
        {
            text.Append(" * High resident memory: more than 1.4 times the memory in use. ");
            text.Append("After a peak this is harmless; otherwise see the next lines.\n\n");
        }

        if (IsHigh(memory.Active, memory.Allocated, HighRatio))
        {
            text.Append(" * Fragmentation: pages are partly empty. CONFIG SET activedefrag yes moves values together.\n\n");
        }

        if (IsHigh(memory.Committed, memory.Active, HighRatio))
        {
            text.Append(" * Unused pages: the allocator holds more than it uses. MEMORY PURGE gives them back.\n\n");
        }

        if (IsHigh(memory.Resident, memory.Committed, HighRatio))
        {
            text.Append(" * Memory outside the allocator: see INFO gc for the managed heap, and INFO modules for what modules hold.\n\n");
        }

        if (clients > 0 && memory.NormalClients / clients > LargeClientBytes)
        {
            text.Append(" * Large client buffers: more than 200 kB a client on average. CLIENT LIST shows which (tot-mem, omem).\n\n");
        }

        if (scripts > ManyScripts)
        {
            text.Append(" * Many scripts: more than 1000 are cached. Give scripts what differs as arguments instead of building a new "
                + "text ");
            text.Append("for each call. SCRIPT FLUSH empties the cache.\n\n");
        }

        if (memory.ReplicaClients > WorthMentioningBytes)
        {
            text.Append(" * Large replica buffers: a replica reads too slowly. CLIENT LIST TYPE replica shows which.\n\n");
        }

        return text.Length == 0
            ? "No memory problem found. This judges the memory of the server only, not what the data means.\n"
            : "Found in this server's memory:\n\n" + text;
    }

    private static bool IsHigh(long bytes, long comparedTo, double ratio) =>
        MemorySnapshot.Ratio(bytes, comparedTo) > ratio && bytes - comparedTo > WorthMentioningBytes;
}
