using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ModularKv.Abstractions;

namespace ModularKv.Host.Modules;

/// <summary>What a module's file says about itself, read from its metadata: nothing of it is loaded and no line of it runs.</summary>
/// <param name="Path">Absolute path of the file.</param>
/// <param name="TypeName">Full name of the module class.</param>
/// <param name="Name">The module's name.</param>
/// <param name="Version">The module's version.</param>
/// <param name="ApiLevel">The level of the contract that it was built against; checked.</param>
/// <param name="DependsOn">Modules that come before it.</param>
/// <param name="Summary">One line about it.</param>
internal sealed record ModuleManifest(
    string Path, string TypeName, string Name, string Version, int ApiLevel, IReadOnlyList<string> DependsOn, string Summary)
{
    private const int NameLengthMax = 64;
    private const ushort AttributeProlog = 1;
    private const byte PropertyKind = 0x54;

    /// <summary>Reads and checks the manifest of a file.</summary>
    /// <param name="path">Absolute path, for messages.</param>
    /// <param name="image">The file's bytes; read from the start, left open.</param>
    /// <exception cref="ModuleException">The file is no module, or none that this server may load; the message says why.</exception>
    public static ModuleManifest Read(string path, Stream image)
    {
        try
        {
            using var file = new PEReader(image, PEStreamOptions.LeaveOpen | PEStreamOptions.PrefetchMetadata);
            if (!file.HasMetadata) throw new ModuleException("it is a native library, not a .NET assembly");
            MetadataReader metadata = file.GetMetadataReader();
            if (!metadata.IsAssembly) throw new ModuleException("it is a part of a .NET assembly, not a whole one");
            return Find(path, metadata);
        }
        catch (Exception e) when (e is BadImageFormatException or OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            throw new ModuleException($"it is not a .NET assembly, or a damaged one ({e.Message})");
        }
    }

    private static ModuleManifest Find(string path, MetadataReader metadata)
    {
        ModuleManifest? found = null;
        foreach (CustomAttributeHandle handle in metadata.CustomAttributes)
        {
            CustomAttribute attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Parent.Kind != HandleKind.TypeDefinition || !IsModuleAttribute(metadata, attribute)) continue;
            string type = FullName(metadata, (TypeDefinitionHandle)attribute.Parent);
            if (found is not null) throw new ModuleException($"it holds two modules, {found.TypeName} and {type}; a file holds one");
            found = Decode(path, type, metadata.GetBlobReader(attribute.Value));
        }

        return found ?? throw new ModuleException("it holds no class with a [Module] attribute of ModularKv.Abstractions");
    }

    private static bool IsModuleAttribute(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference) return false;
        EntityHandle parent = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        if (parent.Kind != HandleKind.TypeReference) return false;
        TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return metadata.StringComparer.Equals(type.Name, nameof(ModuleAttribute))
            && metadata.StringComparer.Equals(type.Namespace, typeof(ModuleAttribute).Namespace!);
    }

    private static string FullName(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        string name = metadata.GetString(type.Name);
        if (type.IsNested) return FullName(metadata, type.GetDeclaringType()) + "+" + name;
        string space = metadata.GetString(type.Namespace);
        return space.Length == 0 ? name : space + "." + name;
    }

    /// <summary>The attribute's arguments as ECMA-335 II.23.3 stores them. The first three stay at every level.</summary>
    private static ModuleManifest Decode(string path, string type, BlobReader blob)
    {
        if (blob.ReadUInt16() != AttributeProlog) throw new BadImageFormatException("a custom attribute without its prolog");
        string? name = blob.ReadSerializedString();
        string? version = blob.ReadSerializedString();
        int level = blob.ReadInt32();
        if (name is null || version is null || !IsName(name))
        {
            throw new ModuleException($"{type} has the name '{name}': 1 to {NameLengthMax} letters, digits, '-' and '_' make a name");
        }

        CheckLevel(level);
        string[] dependsOn = [];
        string summary = "";
        for (int left = blob.ReadUInt16(); left > 0; left--)
        {
            if (blob.ReadByte() != PropertyKind) throw new BadImageFormatException("[Module] with a field");
            bool isArray = blob.ReadSerializationTypeCode() == SerializationTypeCode.SZArray;
            if (isArray) blob.ReadSerializationTypeCode();
            string? property = blob.ReadSerializedString();
            if (isArray && property == nameof(ModuleAttribute.DependsOn)) dependsOn = ReadNames(ref blob);
            else if (!isArray && property == nameof(ModuleAttribute.Summary)) summary = blob.ReadSerializedString() ?? "";
            else throw new ModuleException($"[Module] sets {property}, which this server does not know");
        }

        return new ModuleManifest(path, type, name, version, level, dependsOn, summary);
    }

    private static string[] ReadNames(ref BlobReader blob)
    {
        int count = blob.ReadInt32();
        if (count <= 0) return [];
        if (count > blob.RemainingBytes) throw new BadImageFormatException("a custom attribute reaches past its end");
        var names = new string[count];
        for (int i = 0; i < count; i++) names[i] = blob.ReadSerializedString() ?? "";
        return names;
    }

    private static bool IsName(string name)
        => name.Length is > 0 and <= NameLengthMax && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static void CheckLevel(int level)
    {
        if (level is >= Abstractions.ApiLevel.Oldest and <= Abstractions.ApiLevel.Current) return;
        string step = level > Abstractions.ApiLevel.Current
            ? "it needs a newer server"
            : "rebuild it against a newer ModularKv.Abstractions";
        throw new ModuleException(
            $"it was built against level {level} of the contract, this server loads levels {Abstractions.ApiLevel.Oldest} to "
            + $"{Abstractions.ApiLevel.Current}: {step}");
    }
}
