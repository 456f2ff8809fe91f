using System.Xml.Linq;

namespace ModularKv.Tidy.Tests;

/// <summary>Rules about files and projects.</summary>
public sealed class RepositoryTests
{
    // Written in pieces, so that this file keeps its own rule.
    private static readonly string[] MachinePaths = ["/" + "work/", "/" + "root/", "/" + "home/", "C:" + "\\Users\\"];
    private static readonly string[] RegistryHosts =
        ["nuget" + ".org", "npm" + "js", "pypi" + ".org", "crates" + ".io", "pkgs.dev." + "azure"];

    private static IEnumerable<string> Projects => Source.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

    [Fact]
    public void Every_module_has_its_files() => Source.None(
        "modules/<Name> has README.md and ModularKv.<Name>.csproj.",
        Source.Modules.SelectMany(module => (string[])[$"modules/{module}/README.md", $"modules/{module}/ModularKv.{module}.csproj"])
            .Where(path => !File.Exists(Source.Absolute(path))).Select(path => $"{path} is missing"));

    [Fact]
    public void Every_module_has_tests() => Source.None(
        "modules/<Name> has a test project in tests/<Name>.",
        Source.Modules.Where(module => !Projects.Any(path => path.StartsWith($"tests/{module}/", StringComparison.Ordinal)))
            .Select(module => $"tests/{module}/{module}.Tests.csproj is missing"));

    [Fact]
    public void No_machine_paths() => Source.None("No file knows the machine it was written on.", Places(MachinePaths));

    [Fact]
    public void No_registry_hosts() => Source.None("Which registry packages come from is the machine's matter.", Places(RegistryHosts));

    [Fact]
    public void The_solution_has_every_project()
    {
        string solution = Source.Read("ModularKv.sln").Replace('\\', '/');
        Source.None(
            "Every project stands in ModularKv.sln; dotnet sln ModularKv.sln add <project>.",
            Projects.Where(IsOfTheTree).Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Versions_are_central() => Source.None(
        "Package versions stand in Directory.Packages.props only.",
        from path in Projects.Where(IsOfTheTree)
        from reference in XDocument.Parse(Source.Read(path)).Descendants("PackageReference")
        where reference.Attribute("Version") != null || reference.Attribute("VersionOverride") != null
            || reference.Element("Version") != null
        select $"{path}: {reference.Attribute("Include")?.Value}");

    /// <summary>plugins/ and examples/ are written as a stranger would, outside of this tree's solution.</summary>
    private static bool IsOfTheTree(string path) =>
        !path.StartsWith("plugins/", StringComparison.Ordinal) && !path.StartsWith("examples/", StringComparison.Ordinal);

    private static IEnumerable<string> Places(string[] forbidden) =>
        from path in Source.TextFiles
        from line in Source.Read(path).Split('\n').Index()
        from text in forbidden
        where line.Item.Contains(text, StringComparison.Ordinal)
        select $"{path}:{line.Index + 1}: {text}";
}
