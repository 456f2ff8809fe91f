using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ModularKv.Tidy.Tests;

/// <summary>Types and members as one line of text each, near to how C# declares them.</summary>
internal static class ApiText
{
    /// <summary>The line of a type.</summary>
    public static string Head(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type) && type.GetMethod("Invoke") is MethodInfo invoke)
        {
            return $"delegate {Result(invoke)} {TypeNames.Full(type)}({Parameters(invoke)})";
        }
        List<string> bases = [];
        if (type.IsEnum) bases.Add(TypeNames.Of(Enum.GetUnderlyingType(type)));
        else if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType)) bases.Add(TypeNames.Of(parent));
        if (!type.IsEnum) bases.AddRange(type.GetInterfaces().Select(TypeNames.Of).Order(StringComparer.Ordinal));
        return $"{Kind(type)} {TypeNames.Full(type)}{(bases.Count == 0 ? "" : " : " + string.Join(", ", bases))}";
    }

    /// <summary>The line of a member, or null when nobody outside can see it or its type tells it already.</summary>
    public static string? Member(MemberInfo member)
    {
        if (typeof(Delegate).IsAssignableFrom(member.DeclaringType)) return null;
        return member switch
        {
            FieldInfo field when IsVisible(field) => Field(field),
            PropertyInfo property => Property(property),
            EventInfo happening when happening.AddMethod is { } add && IsVisible(add) =>
                $"{Modifiers(add)}event {TypeNames.Of(happening.EventHandlerType!)} {happening.Name}",
            ConstructorInfo constructor when IsVisible(constructor) => $"{Access(constructor)}new({Parameters(constructor)})",
            MethodInfo method when IsVisible(method)
                && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
                $"{Modifiers(method)}{Result(method)} {method.Name}{TypeNames.Arguments(method)}({Parameters(method)})",
            _ => null,
        };
    }

    private static string Kind(Type type)
    {
        if (type.IsInterface) return "interface";
        if (type.IsEnum) return "enum";
        if (type.IsValueType)
        {
            string only = type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "";
            return only + (type.IsByRefLike ? "ref struct" : "struct");
        }
        return type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
    }

    private static string? Field(FieldInfo field)
    {
        if (field.IsSpecialName) return null;
        string constant = field.IsLiteral ? " = " + Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture) : "";
        if (field.DeclaringType!.IsEnum) return field.Name + constant;
        string modifiers = field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
        return $"{(field.IsPublic ? "" : "protected ")}{modifiers}{TypeNames.Of(field.FieldType)} {field.Name}{constant}";
    }

    private static string? Property(PropertyInfo property)
    {
        MethodInfo? get = property.GetMethod is { } getter && IsVisible(getter) ? getter : null;
        MethodInfo? set = property.SetMethod is { } setter && IsVisible(setter) ? setter : null;
        if ((get ?? set) is not { } either) return null;
        bool isInit = set?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        string accessors = (get == null ? "" : " get;") + (set == null ? "" : isInit ? " init;" : " set;");
        ParameterInfo[] index = property.GetIndexParameters();
        string name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        return $"{Modifiers(either)}{TypeNames.Of(property.PropertyType)} {name} {{{accessors} }}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method)
    {
        string kind = method.IsStatic ? "static " : "";
        if (method.DeclaringType!.IsInterface) return kind + (method.IsAbstract || method.IsStatic ? "" : "default ");
        if (method.IsAbstract) kind += "abstract ";
        else if (method.IsVirtual && !method.IsFinal) kind += method.GetBaseDefinition() == method ? "virtual " : "override ";
        return Access(method) + kind;
    }

    private static string Result(MethodInfo method) => TypeNames.Of(method.ReturnType);

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        string prefix = parameter.IsOut ? "out " : parameter.IsIn && parameter.ParameterType.IsByRef ? "in " : "";
        string type = TypeNames.Of(parameter.ParameterType);
        if (prefix.Length > 0 && type.StartsWith("ref ", StringComparison.Ordinal)) type = type[4..];
        return $"{prefix}{type} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Default(parameter.RawDefaultValue) : "")}";
    }

    private static string Default(object? value) =>
        value is string text ? $"\"{text}\""
            : Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } shown ? shown : "default";
}

/// <summary>Names of types as C# writes them.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Words = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint",
        [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint", [typeof(float)] = "float",
        [typeof(double)] = "double", [typeof(char)] = "char", [typeof(decimal)] = "decimal",
    };

    /// <summary>With its namespace.</summary>
    public static string Full(Type type) => $"{type.Namespace}.{Of(type)}";

    /// <summary>Without its namespace.</summary>
    public static string Of(Type type)
    {
        if (Words.TryGetValue(type, out string? word)) return word;
        if (type.IsByRef) return "ref " + Of(type.GetElementType()!);
        if (type.IsPointer) return Of(type.GetElementType()!) + "*";
        if (type.IsArray) return Of(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter) return type.Name;
        if (type.IsFunctionPointer) return "delegate*";
        if (Nullable.GetUnderlyingType(type) is { } inner) return Of(inner) + "?";
        string name = type.Name.Split('`')[0];
        if (type.IsGenericType) name += $"<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
        return type.IsNested ? Of(type.DeclaringType!) + "." + name : name;
    }

    /// <summary>The type parameters of a generic method in angle brackets.</summary>
    public static string Arguments(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Of))}>" : "";
}
