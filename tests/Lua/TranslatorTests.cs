using System.Text;
using ModularKv.Lua.Source;

namespace ModularKv.Lua.Tests;

/// <summary>What 5.1 source becomes.</summary>
public sealed class TranslatorTests
{
    [Theory]
    [InlineData("return 1", "return 1.0")]
    [InlineData("x = 0x10 + 1.5", "x = 16.0 + 1.5")]
    [InlineData("x = 'a'..b", "x = 'a'..(b<<nil)")]
    [InlineData("x = a + b .. 'c'", "x = (a + b<<nil) .. 'c'")]
    [InlineData("x = 'a'..b y = 1", "x = 'a'..(b<<nil) y = 1.0")]
    [InlineData("x = f(a..b, c)", "x = f((a<<nil)..(b<<nil), c)")]
    [InlineData("x = i % 7", "x = (i - i // 7.0 * 7.0)")]
    [InlineData("x = -i % 7", "x = -i % 7.0")]
    [InlineData("x = '\\q\\x41\\n'", "x = 'qx41\\n'")]
    [InlineData("x = a//b", "x = a/ /b")]
    [InlineData("goto = 1", "goto_ = 1.0")]
    [InlineData("x = t.goto", "x = t [\"goto\"]")]
    [InlineData("-- 1 .. 2\nreturn 'a' --[[ 3 ]]", "-- 1 .. 2\nreturn 'a' --[[ 3 ]]")]
    [InlineData("return f()", Translator.CloseMark + "return f()")]
    [InlineData("function g() return f() end", "function g()" + Translator.CloseMark + " return f() end")]
    public void Source_keeps_its_meaning(string source, string translated)
        => Assert.Equal(translated, Encoding.UTF8.GetString(new Translator().Run(Encoding.UTF8.GetBytes(source))));

    [Theory]
    [InlineData("(")]
    [InlineData("'")]
    [InlineData("[==[")]
    [InlineData("::")]
    [InlineData("end end ) ] }")]
    [InlineData("x = ..")]
    [InlineData("\\")]
    public void Broken_source_is_left_to_the_compiler(string source)
        => Assert.False(new Translator().Run(Encoding.UTF8.GetBytes(source)).IsEmpty);
}
