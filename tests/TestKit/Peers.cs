using Xunit;

namespace ModularKv.TestKit;

/// <summary>The Redis programs that tests compare with. A property is null where the program is not installed.</summary>
public static class Peers
{
    /// <summary>Set to 1 where a missing peer must fail instead of skip: continuous integration installs them.</summary>
    public const string RequireVariable = "MODULARKV_REQUIRE_PEERS";

    /// <summary>Absolute path of redis-server.</summary>
    public static string? RedisServer { get; } = Find("redis-server");

    /// <summary>Absolute path of redis-cli.</summary>
    public static string? RedisCli { get; } = Find("redis-cli");

    /// <summary>Absolute path of redis-benchmark.</summary>
    public static string? RedisBenchmark { get; } = Find("redis-benchmark");

    /// <summary>Skips the calling test when redis-server is not installed, or fails it when peers are required.</summary>
    /// <returns>The absolute path of redis-server.</returns>
    public static string RequireRedis() => Require(RedisServer, "redis-server");

    /// <summary>As <see cref="RequireRedis"/>, for redis-cli.</summary>
    public static string RequireRedisCli() => Require(RedisCli, "redis-cli");

    /// <summary>As <see cref="RequireRedis"/>, for redis-benchmark.</summary>
    public static string RequireRedisBenchmark() => Require(RedisBenchmark, "redis-benchmark");

    private static string Require(string? path, string name)
    {
        if (path != null) return path;
        if (Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            Assert.Fail($"{name} is not installed, and {RequireVariable}=1 asks for it");
        }
        Assert.Skip($"{name} is not installed");
        return "";
    }

    private static string? Find(string name)
    {
        string search = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (string folder in search.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = Path.Combine(folder, name);
            if (File.Exists(candidate)) return candidate;
        }
        return null;
    }
}
