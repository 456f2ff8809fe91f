using ModularKv.Abstractions;
using ModularKv.Rdb.Opaque;

namespace ModularKv.Rdb.Reading;

/// <summary>Which loaded type reads which type byte. Made anew for each image, because modules come and go.</summary>
internal sealed class ReadableTypes
{
    private readonly DataType?[] _byByte = new DataType?[byte.MaxValue + 1];
    private readonly IDataTypes _types;

    /// <summary>Looks at the types as they are now.</summary>
    public ReadableTypes(IDataTypes types)
    {
        _types = types;
        foreach (DataType type in types.All)
        {
            if (type is OpaqueType) continue;
            foreach (byte one in type.RdbTypes) _byByte[one] = type;
        }
    }

    /// <summary>The type that reads a type byte, or null.</summary>
    public DataType? Of(int rdbType) => _byByte[rdbType];

    /// <summary>The type of a third party with that name, or null.</summary>
    public DataType? OfModule(string name) => _types.Find(name) is { } type && type.RdbTypes.IsEmpty ? type : null;
}
