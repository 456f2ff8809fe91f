using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Lists;

/// <summary>The parameters of lists. Reading one is a field read; loop thread only.</summary>
internal sealed class ListSettings
{
    private readonly IntegerParameter _size;
    private readonly IntegerParameter _depth;
    private readonly BoolParameter _small;

    /// <summary>Registers the parameters.</summary>
    public ListSettings(IModuleRegistry registry) : this()
    {
        registry.Parameter(_size);
        registry.Parameter(_depth);
        registry.Parameter(_small);
    }

    /// <summary>Their defaults, for a list without a server.</summary>
    internal ListSettings()
    {
        _size = new IntegerParameter("list-max-listpack-size", -2, int.MinValue, int.MaxValue)
        {
            Aliases = ["list-max-ziplist-size"],
            Description = "Most elements of a list's node, or, if negative, its bytes: -1 4 KB, -2 8 KB, … -5 64 KB.",
        };
        _depth = new IntegerParameter("list-compress-depth", 0, 0, int.MaxValue)
        {
            Flags = ParameterFlags.DebugOnly,
            Description = "Nodes at each end of a list that are not compressed; 0: none is.",
        };
        _small = new BoolParameter("list-small-listpack", true)
        {
            Description = "Whether small lists are called listpacks, as since Redis 7.2, or quicklists of one node, as before.",
        };
    }

    /// <summary>list-max-listpack-size as a list keeps it.</summary>
    public short Fill => NodeLimits.Fill(_size.Value);

    /// <summary>list-compress-depth as a list keeps it.</summary>
    public ushort CompressDepth => (ushort)Math.Min(_depth.Value, ushort.MaxValue);

    /// <summary>Whether small lists are called listpacks.</summary>
    public bool NamesSmallLists => _small.Value;

    /// <summary>Bytes from which on an element gets a node of its own whatever the limit is; 0: nothing was set (DEBUG).</summary>
    public long PackedThreshold { get; set; }

    /// <summary>For tests: sets the parameters without a server.</summary>
    internal void Set(int size, int depth)
    {
        _size.Set([size.ToString(System.Globalization.CultureInfo.InvariantCulture)], ParameterSource.Command, out _);
        _depth.Set([depth.ToString(System.Globalization.CultureInfo.InvariantCulture)], ParameterSource.Command, out _);
    }
}
