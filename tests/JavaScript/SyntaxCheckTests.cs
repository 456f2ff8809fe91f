using ModularKv.JavaScript.Source;

namespace ModularKv.JavaScript.Tests;

/// <summary>What is refused before the interpreter sees it, with its place, and what is not.</summary>
public sealed class SyntaxCheckTests
{
    [Theory]
    [InlineData("var a = 1;\n  let b = 2;", 2, 3, "let is")]
    [InlineData("const a = 1", 1, 1, "const is")]
    [InlineData("x(function(){ class A {} })", 1, 15, "classes are")]
    [InlineData("var f = (a) => a", 1, 13, "arrow functions are")]
    [InlineData("/* two\r\nlines */ var s = `a`", 2, 18, "template literals are")]
    [InlineData("f(...a)", 1, 3, "spread and rest")]
    [InlineData("function f(...a) {}", 1, 12, "spread and rest")]
    [InlineData("var {a} = b", 1, 5, "destructuring is")]
    [InlineData("var [a] = b", 1, 5, "destructuring is")]
    [InlineData("function f(a, {b}) {}", 1, 15, "destructuring is")]
    [InlineData("function f(a = 1) {}", 1, 14, "default parameters are")]
    [InlineData("(function (a, b = 1) {})", 1, 17, "default parameters are")]
    [InlineData("async function f() {}", 1, 1, "async functions are")]
    [InlineData("x = await y", 1, 5, "async functions are")]
    [InlineData("function* f() {}", 1, 9, "generators are")]
    [InlineData("yield 1", 1, 1, "generators are")]
    [InlineData("for (var a of b) {}", 1, 12, "for-of is")]
    [InlineData("for (a[0] of b) {}", 1, 11, "for-of is")]
    [InlineData("a?.b", 1, 2, "optional chaining is")]
    [InlineData("a ?? b", 1, 3, "the operator ?? is")]
    [InlineData("a ||= b", 1, 3, "the operator ||= is")]
    [InlineData("a ** b", 1, 3, "the operator ** is")]
    [InlineData("import 'a'", 1, 1, "modules are")]
    [InlineData("export default 1", 1, 1, "modules are")]
    [InlineData("try {} catch {}", 1, 14, "catch without a name is")]
    [InlineData("new.target", 1, 1, "new.target is")]
    [InlineData("1n", 1, 2, "BigInt literals are")]
    [InlineData("1_000", 1, 2, "separators in numbers are")]
    [InlineData("0b1", 1, 1, "binary literals are")]
    [InlineData("'\\u{61}'", 1, 2, "\\u{…} escapes are")]
    [InlineData("/a/u", 1, 4, "the flag 'u' of regular expressions is")]
    [InlineData("a.#b", 1, 3, "private names are")]
    public void What_is_newer_is_named_with_its_place_and_how_to_compile_for_it(string source, int line, int column, string text)
    {
        SourceError? error = SyntaxCheck.Find(source);
        Assert.NotNull(error);
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.StartsWith(text, error.Text, StringComparison.Ordinal);
        Assert.EndsWith("tsc --target ES5", error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'let x => `a` ... ** ?. class'")]
    [InlineData("\"don't\\\" let\"; // let `\n/* => ` \n class */ 1")]
    [InlineData("var s = 'a\\\n b'; 1")]
    [InlineData("var r = /[/`\"'=>]let ...`/gi; r.test('x')")]
    [InlineData("return /`/.test(x)")]
    [InlineData("if (a) /`/.test(a)")]
    [InlineData("a = b / c / d; e = (a) / 2; f = a[0] / 2 / 3; g = a++ / 2")]
    [InlineData("x = a ? .5 : 1; y = a?.5:1")]
    [InlineData("a.let.const.class.of.async.await; ({ let: 1, const: 2, class: 3, yield: 4, import: 5 })")]
    [InlineData("var of = 1, async = 2; of = async; for (of = 0; of < 1; of++) {} for (var of in a) {}")]
    [InlineData("var a = 1e-5 + 0x1e-5 + 1.5E+3 + .5")]
    [InlineData("function f(a, b) { var c = [a, b]; c[0] = { d: a }; return c }")]
    [InlineData("var o = { get a() { return 1 }, set a(b) {} }; switch (o) { case 1: default: }")]
    [InlineData("label: for (;;) { continue label }")]
    [InlineData("new Foo; new Foo(1).bar; typeof new Foo")]
    [InlineData("a = (b, c); d = -b; e = --b - -c")]
    public void What_ecmascript_5_has_passes(string source) => Assert.Null(SyntaxCheck.Find(source));

    [Theory]
    [InlineData("'abc", 1, 1, "the string does not end")]
    [InlineData("1;\n/abc", 2, 1, "the regular expression does not end")]
    [InlineData("1; /* abc", 1, 4, "the comment does not end")]
    [InlineData("f(1]", 1, 4, "unexpected ']'")]
    [InlineData("})()", 1, 1, "unexpected '}'")]
    [InlineData("f(", 1, 3, "a bracket is not closed")]
    [InlineData("a = 010", 1, 5, "octal literals (a leading 0) are not allowed: scripts are strict")]
    [InlineData("<!-- a", 1, 1, "comments of HTML are not allowed")]
    [InlineData("a = 1 @ 2", 1, 7, "unexpected character '@'")]
    public void What_is_no_source_says_why(string source, int line, int column, string text) =>
        Assert.Equal(new SourceError(line, column, text), SyntaxCheck.Find(source));

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("{", "}")]
    [InlineData("function(){return ", "}")]
    [InlineData("!", "")]
    [InlineData("1+", "")]
    [InlineData("a?b:", "")]
    [InlineData("a=", "")]
    [InlineData("a.", "")]
    [InlineData("typeof ", "")]
    [InlineData("new ", "")]
    [InlineData("a:", "")]
    [InlineData("if(a)b;else ", "")]
    [InlineData("f(", ")")]
    [InlineData("a[", "]")]
    public void Depth_of_any_kind_is_refused_and_a_tenth_of_it_is_not(string open, string close)
    {
        Assert.Equal("nested too deeply", SyntaxCheck.Find(Nested(20_000))?.Text);
        Assert.Null(SyntaxCheck.Find(Nested(SyntaxCheck.DepthMax / 10)));

        string Nested(int times) => string.Concat(Enumerable.Repeat(open, times)) + "a" + string.Concat(Enumerable.Repeat(close, times));
    }

    [Fact]
    public void Long_and_shallow_sources_are_not_deep()
    {
        Assert.Null(SyntaxCheck.Find(string.Concat(Enumerable.Repeat("a.b(1 + 2)\n", 5000))));
        Assert.Null(SyntaxCheck.Find("x = [" + string.Concat(Enumerable.Repeat("-1, {a: !b},", 5000)) + "0]"));
        Assert.Null(SyntaxCheck.Find(string.Concat(Enumerable.Repeat("if (a) { b = -c } ", 5000))));
    }

    /// <summary>Cut and changed anywhere, a source gives an error or none, and never an exception.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Mutated_sources_do_not_end_the_check(int seed)
    {
        Random random = new(seed);
        const string Source = "var r = /[/]a\\//g, s = 'x\\'y' + \"z\\\n\"; /* c */\n"
            + "function f(a, b) { return a ? .5 : b[0]++ / 2; } // end\n";
        for (int i = 0; i < 20_000; i++)
        {
            char[] text = Source.ToCharArray();
            for (int n = random.Next(1, 6); n > 0; n--) text[random.Next(text.Length)] = (char)random.Next(256);
            _ = SyntaxCheck.Find(new string(text, 0, random.Next(text.Length)));
        }
    }
}
