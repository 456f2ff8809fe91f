using System.Text;
using ModularKv.Acl.Rules;

namespace ModularKv.Acl.Tests;

/// <summary>Selectors spread over arguments, and the words in them.</summary>
public sealed class RuleArgumentsTests
{
    [Theory]
    [InlineData("on +get", "on|+get")]
    [InlineData("on (+get ~a) off", "on|(+get ~a)|off")]
    [InlineData("( ~key2 +get )", "( ~key2 +get )")]
    [InlineData("(+get) (+set ~x)", "(+get)|(+set ~x)")]
    [InlineData("", "")]
    public void Parts_of_a_selector_are_joined(string arguments, string expected)
    {
        List<byte[]>? merged = RuleArguments.Merge(Bytes(arguments.Split(' ')), out int open);
        Assert.Equal(-1, open);
        Assert.Equal(expected, string.Join('|', merged!.Select(Encoding.ASCII.GetString)));
    }

    [Theory]
    [InlineData("on (+get", 1)]
    [InlineData("( (+get", 1)]
    public void A_parenthesis_left_open_is_named(string arguments, int expected)
    {
        Assert.Null(RuleArguments.Merge(Bytes(arguments.Split(' ')), out int open));
        Assert.Equal(expected, open);
    }

    [Theory]
    [InlineData(" ~a  +get ", "~a|+get")]
    [InlineData("\"~a b\" +get", "~a b|+get")]
    [InlineData("'~a\\'b'", "~a'b")]
    [InlineData("\"~\\x41\\n\"", "~A\n")]
    [InlineData("", "")]
    public void A_selector_is_split_as_a_line_of_the_configuration(string inside, string expected)
        => Assert.Equal(expected, string.Join('|', RuleArguments.Split(Encoding.ASCII.GetBytes(inside))!.Select(Encoding.ASCII.GetString)));

    [Theory]
    [InlineData("\"open")]
    [InlineData("'open")]
    [InlineData("\"closed\"too-early")]
    public void Unbalanced_quotes_are_no_words(string inside) => Assert.Null(RuleArguments.Split(Encoding.ASCII.GetBytes(inside)));

    private static byte[][] Bytes(string[] words) => [.. words.Select(Encoding.ASCII.GetBytes)];
}
