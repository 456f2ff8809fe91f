namespace ModularKv.Lua.Libraries;

/// <summary>The settings of one cjson table.</summary>
internal sealed class JsonConfig
{
    public bool SparseConvert { get; set; }

    public int SparseRatio { get; set; } = 2;

    public int SparseSafe { get; set; } = 10;

    public int EncodeMaxDepth { get; set; } = 1000;

    public int DecodeMaxDepth { get; set; } = 1000;

    /// <summary>0: refused; 1: written; 2: as null.</summary>
    public int EncodeInvalidNumbers { get; set; }

    public bool DecodeInvalidNumbers { get; set; } = true;

    public int Precision { get; set; } = 14;

    public bool KeepBuffer { get; set; } = true;
}
