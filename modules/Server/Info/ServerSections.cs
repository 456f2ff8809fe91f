using System.Globalization;
using System.Runtime.InteropServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Server.Info;

/// <summary>INFO's sections about the process and its clients: server, clients, cpu, modules.</summary>
internal sealed class ServerSections(IServer server, IConfiguration configuration)
{
    private const int SecondsPerDay = 86400;
    private const int LruClockMask = (1 << 24) - 1;
    private const double ClockTicksPerSecond = 100;

    private long _startedAtMs = server.Clock.UnixMs;

    /// <summary>Notes the time from which uptime counts.</summary>
    public void Started() => _startedAtMs = server.Clock.UnixMs;

    /// <summary>server</summary>
    public void Server(InfoWriter info)
    {
        long uptime = Math.Max(0, (server.Clock.UnixMs - _startedAtMs) / 1000);
        string hz = Text("hz", "10");
        info.Line("redis_version", ServerVersion.Compatibility);
        info.Line("redis_git_sha1", "00000000");
        info.Line("redis_git_dirty", 0);
        info.Line("redis_build_id", "0");
        info.Line("modularkv_version", ServerVersion.Own);
        info.Line("redis_mode", Text("cluster-enabled", "no") == "yes" ? "cluster" : "standalone");
        info.Line("os", RuntimeInformation.OSDescription + " " + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant());
        info.Line("arch_bits", IntPtr.Size * 8);
        info.Line("monotonic_clock", "POSIX clock_gettime");
        info.Line("multiplexing_api", OperatingSystem.IsLinux() ? "epoll" : "portable");
        info.Line("atomicvar_api", "dotnet");
        info.Line("gcc_version", "0.0.0");
        info.Line("dotnet_version", Environment.Version.ToString());
        info.Line("process_id", Environment.ProcessId);
        info.Line("process_supervised", Text("supervised", "no"));
        info.Line("run_id", server.RunId);
        info.Line("tcp_port", Text("port", "0") is var port and not "0" ? port : Text("tls-port", "0"));
        info.Line("server_time_usec", server.Clock.UnixMicros());
        info.Line("uptime_in_seconds", uptime);
        info.Line("uptime_in_days", uptime / SecondsPerDay);
        info.Line("hz", hz);
        info.Line("configured_hz", hz);
        info.Line("lru_clock", (server.Clock.UnixMs / 1000) & LruClockMask);
        info.Line("executable", Environment.ProcessPath ?? "");
        info.Line("config_file", server.Configuration.FilePath ?? "");
        info.Line("io_threads_active", 0);
        WriteListeners(info);
    }

    /// <summary>clients</summary>
    public void Clients(InfoWriter info)
    {
        long largestInput = 0, largestOutput = 0;
        int connected = 0, tracking = 0;
        foreach (Client client in server.Clients.All)
        {
            if ((client.Flags & (ClientFlags.Virtual | ClientFlags.Internal)) != 0) continue;
            if (ClientTypeCounts(client)) connected++;
            if (client.Flags.HasFlag(ClientFlags.Tracking)) tracking++;
            largestInput = Math.Max(largestInput, client.QueryBufferBytes + client.QueryBufferFree);
            largestOutput = Math.Max(largestOutput, client.Output.PendingBytes);
        }

        info.Line("connected_clients", connected);
        info.Line("cluster_connections", 0);
        info.Line("maxclients", Text("maxclients", "10000"));
        info.Line("client_recent_max_input_buffer", largestInput);
        info.Line("client_recent_max_output_buffer", largestOutput);
        info.Line("blocked_clients", server.Clients.BlockedCount);
        info.Line("tracking_clients", tracking);
        info.Line("clients_in_timeout_table", 0);
        (int keys, int onDelete) = server.Clients.BlockedKeys;
        info.Line("total_blocking_keys", keys);
        info.Line("total_blocking_keys_on_nokey", onDelete);
    }

    /// <summary>cpu</summary>
    public void Cpu(InfoWriter info)
    {
        Environment.ProcessCpuUsage usage = Environment.CpuUsage;
        (double system, double user) = LoopThread() ?? (usage.PrivilegedTime.TotalSeconds, usage.UserTime.TotalSeconds);
        info.Line("used_cpu_sys", usage.PrivilegedTime.TotalSeconds, 6);
        info.Line("used_cpu_user", usage.UserTime.TotalSeconds, 6);
        info.Line("used_cpu_sys_children", 0, 6);
        info.Line("used_cpu_user_children", 0, 6);
        info.Line("used_cpu_sys_main_thread", system, 6);
        info.Line("used_cpu_user_main_thread", user, 6);
    }

    /// <summary>modules</summary>
    public void Modules(InfoWriter info)
    {
        foreach (ModuleDescription module in server.Modules.All)
        {
            info.Raw("module:" + string.Create(CultureInfo.InvariantCulture,
                $"name={module.Name},ver={module.Version},api={module.ApiLevel},filters=0,usedby=[],using=[],options=[]")
                + string.Create(CultureInfo.InvariantCulture, $",memory={module.Memory?.UsedBytes ?? 0}")
                + string.Create(CultureInfo.InvariantCulture, $"{CallsOf(module)},faults={module.Faults}"));
        }
    }

    private static string CallsOf(ModuleDescription module)
    {
        long calls = 0, nanoseconds = 0;
        foreach (Command command in module.Commands.SelectMany(command => command.Subcommands.Prepend(command)))
        {
            calls += command.Calls;
            nanoseconds += command.Nanoseconds;
        }

        return string.Create(CultureInfo.InvariantCulture, $",calls={calls},usec={nanoseconds / 1000}");
    }

    private void WriteListeners(InfoWriter info)
    {
        int number = 0;
        string port = Text("port", "0");
        if (port != "0")
        {
            string[] bound = Text("bind", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string addresses = string.Join(',', bound.Select(address => "bind=" + address));
            info.Line("listener" + number++.ToString(CultureInfo.InvariantCulture), $"name=tcp,{addresses},port={port}");
        }

        if (Text("unixsocket", "") is { Length: > 0 } path)
        {
            info.Line("listener" + number.ToString(CultureInfo.InvariantCulture), $"name=unix,bind={path}");
        }
    }

    private static bool ClientTypeCounts(Client client) =>
        (client.Flags & (ClientFlags.Replica | ClientFlags.Master)) == 0 || client.Flags.HasFlag(ClientFlags.Monitor);

    private string Text(string parameter, string absent) => configuration.Find(parameter)?.Format() ?? absent;

    // INFO runs on the loop thread, so the system's "this thread" is the one that is meant.
    private static (double System, double User)? LoopThread()
    {
        const string Statistics = "/proc/thread-self/stat";
        if (!OperatingSystem.IsLinux() || !File.Exists(Statistics)) return null;

        // The second field is a name in parentheses that may contain spaces; utime and stime are the 12th and 13th behind it.
        string text = File.ReadAllText(Statistics);
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        bool valid = long.TryParse(fields[11], CultureInfo.InvariantCulture, out long user)
            & long.TryParse(fields[12], CultureInfo.InvariantCulture, out long system);
        return valid ? (system / ClockTicksPerSecond, user / ClockTicksPerSecond) : null;
    }
}
