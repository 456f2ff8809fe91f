namespace ModularKv.Rdb.Format;

/// <summary>Bytes of an RDB file that stand where a value's type byte would. Source: rdb.h of Redis.</summary>
internal static class RdbOpcode
{
    /// <summary>A library of functions with its source (since version 10).</summary>
    public const byte Function2 = 245;

    /// <summary>A function as release candidates of 7.0 wrote it; never released.</summary>
    public const byte FunctionPreGa = 246;

    /// <summary>A module's data beside the keys.</summary>
    public const byte ModuleAux = 247;

    /// <summary>Seconds since the last access to the key that follows.</summary>
    public const byte Idle = 248;

    /// <summary>LFU counter of the key that follows, one byte.</summary>
    public const byte Frequency = 249;

    /// <summary>A field and its value about the file as a whole.</summary>
    public const byte Aux = 250;

    /// <summary>Number of keys, and of those that expire, in the database selected.</summary>
    public const byte ResizeDatabase = 251;

    /// <summary>Unix milliseconds, 8 bytes, at which the key that follows expires.</summary>
    public const byte ExpireTimeMs = 252;

    /// <summary>Unix seconds, 4 bytes, at which the key that follows expires; old files.</summary>
    public const byte ExpireTime = 253;

    /// <summary>The keys that follow belong to this database.</summary>
    public const byte SelectDatabase = 254;

    /// <summary>The end; the checksum follows.</summary>
    public const byte End = 255;

    /// <summary>Number of a cluster's slot, of its keys and of those that expire (version 12): a hint for table sizes.</summary>
    public const byte SlotInfo = 244;
}

/// <summary>
/// Marks within a module's value (type byte 7). Values of our own types of third parties stand in the same form: a number of
/// <c>ValueWriter.Length</c> as <see cref="Unsigned"/>, <c>Fixed64</c> as <see cref="Signed"/>, <c>Double</c> as
/// <see cref="Double"/>, <c>String</c> and <c>Raw</c> as <see cref="String"/>.
/// </summary>
internal static class ModuleMark
{
    public const byte End = 0;
    public const byte Signed = 1;
    public const byte Unsigned = 2;
    public const byte Float = 3;
    public const byte Double = 4;
    public const byte String = 5;
}
