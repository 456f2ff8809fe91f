using System.Globalization;

namespace ModularKv.Benchmarks.Beside;

/// <summary>What <c>beside</c> is asked to do.</summary>
public sealed class BesideOptions
{
    /// <summary>speed, memory, stall, evict or persistence.</summary>
    public string Mode { get; private set; } = "speed";

    /// <summary>The program whose figures are the 1.00.</summary>
    public string Redis { get; private set; } = "redis-server";

    /// <summary>Servers to compare with it: name and command.</summary>
    public List<(string Name, string Command)> Servers { get; } = [];

    /// <summary>Names of the rows to run; empty: all of the mode's table.</summary>
    public string[] Tests { get; private set; } = [];

    /// <summary>Operations in flight on each connection.</summary>
    public int[] Pipelines { get; private set; } = [16];

    /// <summary>Times that each row is measured on each server, in turn.</summary>
    public int Rounds { get; private set; } = 3;

    /// <summary>Random keys are chosen from so many.</summary>
    public int Keys { get; private set; } = 1_000_000;

    /// <summary>Servers listen here and on the ports above.</summary>
    public int Port { get; private set; } = 7300;

    /// <summary>Scales the number of operations or elements of every row.</summary>
    public double Scale { get; private set; } = 1;

    /// <summary>Reads "beside [mode] --name value …". Throws <see cref="FormatException"/> with the reason.</summary>
    public static BesideOptions Parse(string[] args)
    {
        BesideOptions options = new();
        int at = 1;
        if (at < args.Length && !args[at].StartsWith("--", StringComparison.Ordinal)) options.Mode = args[at++];
        for (; at + 1 < args.Length; at += 2)
        {
            string value = args[at + 1];
            switch (args[at])
            {
                case "--server": options.Servers.Add(Named(value)); break;
                case "--redis": options.Redis = value; break;
                case "--tests": options.Tests = value.Split(','); break;
                case "--pipelines": options.Pipelines = [.. value.Split(',').Select(Number)]; break;
                case "--rounds": options.Rounds = Number(value); break;
                case "--keys": options.Keys = Number(value); break;
                case "--port": options.Port = Number(value); break;
                case "--scale": options.Scale = double.Parse(value, CultureInfo.InvariantCulture); break;
                default: throw new FormatException($"unknown option {args[at]}");
            }
        }

        if (at < args.Length) throw new FormatException($"{args[at]} has no value");
        return options;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static (string Name, string Command) Named(string value)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && !value[..equals].Contains('/', StringComparison.Ordinal)
            ? (value[..equals], value[(equals + 1)..]) : (Path.GetFileName(value.Split(' ')[0]), value);
    }
}
