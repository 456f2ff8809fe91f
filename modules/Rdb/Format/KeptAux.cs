namespace ModularKv.Rdb.Format;

/// <summary>
/// Records beside the keys (<see cref="RdbOpcode.ModuleAux"/>) of modules that are not loaded: kept as they were read and written back
/// unchanged. Whole records, opcode included. Loop thread only.
/// </summary>
internal sealed class KeptAux
{
    /// <summary>Those that stood before the keys, in order.</summary>
    public List<byte[]> BeforeKeys { get; } = [];

    /// <summary>Those that stood behind the keys, in order.</summary>
    public List<byte[]> AfterKeys { get; } = [];

    /// <summary>Forgets all of them: another data set takes this one's place.</summary>
    public void Clear()
    {
        BeforeKeys.Clear();
        AfterKeys.Clear();
    }
}
