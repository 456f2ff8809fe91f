using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Sets;

/// <summary>
/// How large the small encodings may become. Source: redis.conf of 7.2; with set-max-listpack-entries 0 sets are those of 7.0.
/// </summary>
internal sealed class SetLimits
{
    // Beyond this an intset's own count could overflow. Source: intsetMaxEntries in t_set.c.
    private const long IntSetEntriesMax = 1 << 30;

    // Source: LISTPACK_MAX_SAFETY_LIMIT in listpack.c.
    public const long ListpackBytesMax = 1 << 30;

    private readonly IntegerParameter _intSetEntries = new("set-max-intset-entries", 512, 0)
    {
        Description = "Integers that a set keeps as a sorted array.",
    };

    private readonly IntegerParameter _listpackEntries = new("set-max-listpack-entries", 128, 0)
    {
        Description = "Members that a set keeps in one packed list; 0: none, as before version 7.2.",
    };

    private readonly IntegerParameter _listpackValue = new("set-max-listpack-value", 64, 0)
    {
        Description = "Longest member of such a list, in bytes.",
    };

    public long IntSetEntries => Math.Min(_intSetEntries.Value, IntSetEntriesMax);

    public long ListpackEntries => _listpackEntries.Value;

    public long ListpackValueBytes => _listpackValue.Value;

    /// <summary>Whether sets without listpacks are wanted: then the rules of 7.0 decide, where they differ.</summary>
    public bool IsWithoutListpacks => ListpackEntries == 0;

    /// <summary>In the order of the summary: integers, members of a listpack, bytes of such a member.</summary>
    public IReadOnlyList<Parameter> Parameters => [_intSetEntries, _listpackEntries, _listpackValue];

    public void Register(IModuleRegistry registry)
    {
        foreach (Parameter parameter in Parameters) registry.Parameter(parameter);
    }
}
