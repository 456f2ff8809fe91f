using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ModularKv.Tidy.Tests;

/// <summary>Who may use whom.</summary>
public sealed class ArrowTests
{
    private const string HostPrefix = "ModularKv.Host.";
    private const string DefaultList = "src/Host/Modules/DefaultModules.cs";

    // A room may use those listed; every room may use itself. Program.cs and a room named Program use all.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Primitives"] = [],
        ["Configuration"] = ["Primitives"],
        ["Diagnostics"] = ["Primitives", "Configuration"],
        ["Protocol"] = ["Primitives", "Configuration", "Diagnostics"],
        ["EventLoop"] = ["Primitives", "Configuration", "Diagnostics"],
        ["Networking"] = ["Primitives", "Configuration", "Diagnostics", "Protocol", "EventLoop"],
        ["Propagation"] = ["Primitives", "Configuration", "Diagnostics"],
        ["Keyspace"] = ["Primitives", "Configuration", "Diagnostics", "Propagation"],
        ["Commands"] = ["Primitives", "Configuration", "Diagnostics", "Protocol", "Propagation", "Keyspace"],
        ["Modules"] =
            ["Primitives", "Configuration", "Diagnostics", "Protocol", "EventLoop", "Networking", "Propagation", "Keyspace", "Commands"],
        ["Server"] =
        [
            "Primitives", "Configuration", "Diagnostics", "Protocol", "EventLoop", "Networking", "Propagation", "Keyspace",
            "Commands", "Modules",
        ],
    };

    [Fact]
    public void Rooms_of_the_host_follow_the_arrows() => Source.None(
        "A room of src/Host uses only the rooms that stand before it.",
        from file in Source.CSharp
        where file.Path.StartsWith("src/Host/", StringComparison.Ordinal) && file.Path.Split('/').Length > 3
        let room = file.Path.Split('/')[2]
        where Arrows.ContainsKey(room)
        from used in RoomsUsed(file)
        where used.Room != room && !Arrows[room].Contains(used.Room)
        select $"{file.At(used.Node)}: {room} uses {used.Room}");

    [Fact]
    public void Folders_of_the_host_are_rooms() => Source.None(
        "Every folder of src/Host stands in the table of arrows.",
        Source.CSharp.Where(file => file.Path.StartsWith("src/Host/", StringComparison.Ordinal) && file.Path.Split('/').Length > 3)
            .Select(file => file.Path.Split('/')[2]).Distinct()
            .Where(room => !Arrows.ContainsKey(room)).Select(room => $"src/Host/{room}"));

    [Fact]
    public void Namespaces_of_the_host_follow_its_folders() => Source.None(
        "A file of src/Host declares the namespace of its room: arrows are read from namespaces.",
        from file in Source.CSharp
        where file.Path.StartsWith("src/Host/", StringComparison.Ordinal) && file.Path.Split('/').Length > 3
        let room = file.Path.Split('/')[2]
        from space in file.Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
        where space.Name.ToString() != HostPrefix + room
            && !space.Name.ToString().StartsWith(HostPrefix + room + ".", StringComparison.Ordinal)
        select $"{file.At(space)}: {space.Name} in {room}");

    [Fact]
    public void Abstractions_use_neither_host_nor_modules() => Source.None(
        "src/Abstractions uses only the base class library.",
        Source.CSharp.Where(file => file.Path.StartsWith("src/Abstractions/", StringComparison.Ordinal))
            .SelectMany(file => Foreign(file, "ModularKv.Abstractions")));

    [Fact]
    public void Modules_use_only_abstractions() => Source.None(
        "A module uses Abstractions and packages: never the host, never another module.",
        Source.Modules.SelectMany(module => Source.CSharp
            .Where(file => file.Path.StartsWith($"modules/{module}/", StringComparison.Ordinal))
            .SelectMany(file => Foreign(file, "ModularKv.Abstractions", $"ModularKv.{module}"))));

    [Fact]
    public void Module_projects_reference_only_abstractions() => Source.None(
        "A module's project references src/Abstractions and no other project.",
        from path in Source.Files
        where path.StartsWith("modules/", StringComparison.Ordinal) && path.EndsWith(".csproj", StringComparison.Ordinal)
        from reference in XDocument.Parse(Source.Read(path)).Descendants("ProjectReference")
        let target = (reference.Attribute("Include")?.Value ?? "").Replace('\\', '/')
        where !target.EndsWith("/src/Abstractions/Abstractions.csproj", StringComparison.Ordinal)
        select $"{path}: {target}");

    [Fact]
    public void The_host_names_no_module() => Source.None(
        $"The source of the host holds no module's name as a text, but for the list in {DefaultList}.",
        from file in Source.CSharp
        where file.Path.StartsWith("src/Host/", StringComparison.Ordinal) && file.Path != DefaultList
        from token in file.Root.DescendantTokens()
        where token.IsKind(SyntaxKind.StringLiteralToken) || token.IsKind(SyntaxKind.Utf8StringLiteralToken)
        where Source.Modules.Contains(token.ValueText)
        select $"{file.At(token)}: \"{token.ValueText}\"");

    private static IEnumerable<(string Room, SyntaxNode Node)> RoomsUsed(SourceFile file)
    {
        foreach (SyntaxNode node in file.Root.DescendantNodes(n => n is not QualifiedNameSyntax))
        {
            if (node is not (QualifiedNameSyntax or MemberAccessExpressionSyntax)) continue;
            if (node.Parent is BaseNamespaceDeclarationSyntax) continue;
            Match match = Regex.Match(node.ToString(), @"^(?:global::)?ModularKv\.Host\.(\w+)");
            if (match.Success && Arrows.ContainsKey(match.Groups[1].Value)) yield return (match.Groups[1].Value, node);
        }
    }

    private static IEnumerable<string> Foreign(SourceFile file, params string[] allowed) =>
        from node in file.Root.DescendantNodes(n => n is not QualifiedNameSyntax)
        where node is QualifiedNameSyntax or MemberAccessExpressionSyntax && node.Parent is not BaseNamespaceDeclarationSyntax
        let name = node.ToString().Replace("global::", "", StringComparison.Ordinal)
        where name.StartsWith("ModularKv.", StringComparison.Ordinal)
        where !allowed.Any(space => name == space || name.StartsWith(space + ".", StringComparison.Ordinal))
        select $"{file.At(node)}: {name}";
}
