using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ModularKv.Tidy.Tests;

/// <summary>The countable rules of style, one test each.</summary>
public sealed class StyleTests
{
    private const int FileLinesMax = 600;
    private const int MethodLinesMax = 70;
    private const int LineCharsMax = 140;

    // Source generators add the other half of a partial type that carries or contains one of these.
    private static readonly string[] GeneratorAttributes = ["LibraryImport", "GeneratedRegex", "LoggerMessage", "JsonSerializable"];
    private static readonly string[] ForbiddenEndings = ["Manager", "Helper", "Helpers", "Utils", "Util"];
    private static readonly string[] UnsafeRooms = ["Memory", "Unsafe"];

    [Fact]
    public void Files_are_short() => Source.None(
        $"A file has at most {FileLinesMax} lines; split it by subject.",
        Source.CSharp.Where(file => file.Lines.Length > FileLinesMax).Select(file => $"{file.Path}:{file.Lines.Length} lines"));

    [Fact]
    public void Methods_are_short() => Source.None(
        $"A method has at most {MethodLinesMax} lines, signature and braces included.",
        from file in Source.CSharp
        from method in file.Root.DescendantNodes()
        where method is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let lines = Lines(method)
        where lines > MethodLinesMax
        select $"{file.At(method)}: {lines} lines");

    [Fact]
    public void Lines_are_short() => Source.None(
        $"A line has at most {LineCharsMax} characters.",
        from file in Source.CSharp
        from line in file.Lines.Index()
        where line.Item.TrimEnd('\r').Length > LineCharsMax
        select $"{file.Path}:{line.Index + 1}: {line.Item.Length} characters");

    [Fact]
    public void Types_are_whole() => Source.None(
        "No partial types, but the halves that a source generator completes.",
        from file in Source.CSharp
        from type in file.Root.DescendantNodes().OfType<TypeDeclarationSyntax>()
        where type.Modifiers.Any(SyntaxKind.PartialKeyword) && !IsGenerated(type)
        select $"{file.At(type.Identifier)}: {type.Identifier.Text}");

    [Fact]
    public void Type_names_say_what_they_do() => Source.None(
        $"No type name ends in {string.Join(", ", ForbiddenEndings)}.",
        from file in Source.CSharp
        from type in file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        where ForbiddenEndings.Any(end => type.Identifier.Text.EndsWith(end, StringComparison.Ordinal))
        select $"{file.At(type.Identifier)}: {type.Identifier.Text}");

    [Fact]
    public void Unsafe_code_has_its_rooms() => Source.None(
        "unsafe, Unsafe.* and MemoryMarshal stand only in files below a folder named Memory or Unsafe.",
        from file in Source.CSharp
        where !file.Path.Split('/')[..^1].Any(UnsafeRooms.Contains)
        from token in file.Root.DescendantTokens()
        where IsUnsafe(token)
        select $"{file.At(token)}: {token.Text}");

    private static int Lines(SyntaxNode node)
    {
        FileLinePositionSpan span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static bool IsGenerated(TypeDeclarationSyntax type) =>
        type.DescendantNodes().OfType<AttributeSyntax>()
            .Any(a => GeneratorAttributes.Any(name => a.Name.ToString().Contains(name, StringComparison.Ordinal)))
        || type.DescendantNodes().OfType<TypeDeclarationSyntax>().Any(inner => inner.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static bool IsUnsafe(SyntaxToken token)
    {
        if (token.IsKind(SyntaxKind.UnsafeKeyword)) return true;
        if (!token.IsKind(SyntaxKind.IdentifierToken)) return false;
        if (token.Text == "MemoryMarshal") return true;
        return token.Text == "Unsafe" && token.Parent is IdentifierNameSyntax { Parent: MemberAccessExpressionSyntax access }
            && access.Expression == token.Parent;
    }
}
