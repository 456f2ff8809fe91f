using ModularKv.Abstractions;

namespace ModularKv.Host.Server;

/// <summary>What the program says about itself.</summary>
internal static class ProgramText
{
    /// <summary>The line of -v.</summary>
    public static string Line
        => $"ModularKv server v={ServerVersion.Own} redis={ServerVersion.Compatibility} dotnet={Environment.Version} "
            + $"bits={IntPtr.Size * 8}";

    /// <summary>What the log begins with where it is read by people: name, mode, port and process.</summary>
    public static string Logo(int port) =>
        $"""

                 .--.   .--.
              .--|  |.--|  |     ModularKv {ServerVersion.Own}, speaks Redis {ServerVersion.Compatibility}, {IntPtr.Size * 8} bit
              |  '--'|  '--'|
              '--.   '--.   |    Running in standalone mode
              .--'   .--'   |    Port: {port}
              |  .--.|  .--.|    PID: {Environment.ProcessId}
              '--'  |'--'  |
                 '--'   '--'

        """;

    /// <summary>The text of -h.</summary>
    public static string Usage =>
        """
        Usage: modularkv [/path/to/redis.conf] [options] [-]
               modularkv - (read config from stdin)
               modularkv -v or --version
               modularkv -h or --help
               modularkv [/path/to/redis.conf] --check-config

        Examples:
               modularkv (run the server with default conf)
               echo 'maxmemory 128mb' | modularkv -
               modularkv /etc/redis/6379.conf
               modularkv --port 7777
               modularkv /etc/myredis.conf --loglevel verbose -
        """;
}
