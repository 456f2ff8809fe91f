using ModularKv.Abstractions;

namespace ModularKv.Host.Server;

/// <summary>What the program says about itself.</summary>
internal static class ProgramText
{
    /// <summary>The line of -v.</summary>
    public static string Line
        => $"ModularKv server v={ServerVersion.Own} redis={ServerVersion.Compatibility} dotnet={Environment.Version} "
            + $"bits={IntPtr.Size * 8}";

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
