using System.Reflection;
using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Tidy.Tests;

/// <summary>The contract with strangers' modules is written down, so that a change to it shows in the diff.</summary>
public sealed class PublicApiTests
{
    private const string File = "src/Abstractions/PublicApi.txt";
    private const string UpdateVariable = "MODULARKV_UPDATE_API";
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Public_api_is_written_down()
    {
        string now = Describe(typeof(Invariant).Assembly);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            System.IO.File.WriteAllText(Source.Absolute(File), now);
            return;
        }
        string written = System.IO.File.Exists(Source.Absolute(File)) ? Source.Read(File) : "";
        string[] gone = [.. written.Split('\n').Except(now.Split('\n'))];
        string[] added = [.. now.Split('\n').Except(written.Split('\n'))];
        Assert.True(
            written == now,
            $"The public API of Abstractions is not what {File} says. If that is meant, run these tests once with {UpdateVariable}=1\n"
            + string.Concat(gone.Select(line => $"  - {line}\n")) + string.Concat(added.Select(line => $"  + {line}\n")));
    }

    private static string Describe(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(TypeNames.Full, StringComparer.Ordinal))
        {
            text.Append(ApiText.Head(type)).Append('\n');
            IEnumerable<string> members = type.GetMembers(Declared).Select(ApiText.Member).OfType<string>();
            foreach (string member in members.Order(StringComparer.Ordinal)) text.Append("    ").Append(member).Append('\n');
        }
        return text.ToString();
    }
}
