using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Writing;

/// <summary>Writes a value's items down: those of types with a type byte bare, those of third parties in the form of modules.</summary>
internal static class ItemForm
{
    private const string NameAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private const int NameLength = 9;
    private const int VersionBits = 10;

    /// <summary>Items as they are.</summary>
    public static void WriteBare(ItemReader items, ImageOutput output)
    {
        while (true)
        {
            switch (items.Next)
            {
                case ItemKind.End: return;
                case ItemKind.Length: output.Length(items.Length()); break;
                case ItemKind.String: output.String(items.String()); break;
                case ItemKind.Double: output.Fixed64(BitConverter.DoubleToInt64Bits(items.Double())); break;
                case ItemKind.Fixed64: output.Fixed64(items.Fixed64()); break;
                case ItemKind.Raw: output.Raw(items.Raw()); break;
                default: throw new ValueFormatException($"item {items.Next} amid a value");
            }
        }
    }

    /// <summary>Items with a mark before each. See <see cref="ModuleMark"/>.</summary>
    public static void WriteMarked(ItemReader items, ImageOutput output)
    {
        while (true)
        {
            switch (items.Next)
            {
                case ItemKind.End: return;
                case ItemKind.Length:
                    output.Length(ModuleMark.Unsigned);
                    output.Length(items.Length());
                    break;
                case ItemKind.Fixed64:
                    output.Length(ModuleMark.Signed);
                    output.Length((ulong)items.Fixed64());
                    break;
                case ItemKind.Double:
                    output.Length(ModuleMark.Double);
                    output.Fixed64(BitConverter.DoubleToInt64Bits(items.Double()));
                    break;
                case ItemKind.String:
                    output.Length(ModuleMark.String);
                    output.String(items.String());
                    break;
                case ItemKind.Raw:
                    output.Length(ModuleMark.String);
                    output.String(items.Raw());
                    break;
                default: throw new ValueFormatException($"item {items.Next} amid a value");
            }
        }
    }

    /// <summary>Name and version of a type of a third party as one number. Source: moduleTypeEncodeId.</summary>
    /// <exception cref="ValueFormatException">
    /// The name has not nine characters of those allowed, or the version is out of range.
    /// </exception>
    public static ulong ModuleId(string name, int version)
    {
        if (name.Length != NameLength || version is < 0 or >= 1 << VersionBits) throw Unfit(name);
        ulong id = 0;
        foreach (char letter in name)
        {
            int index = NameAlphabet.IndexOf(letter, StringComparison.Ordinal);
            if (index < 0) throw Unfit(name);
            id = (id << 6) | (uint)index;
        }

        return (id << VersionBits) | (uint)version;
    }

    private static ValueFormatException Unfit(string name)
        => new($"the type {name} cannot be saved: a type without RDB type bytes needs a name of nine characters A-Z a-z 0-9 - _ "
            + "and a version of 0 to 1023");
}
