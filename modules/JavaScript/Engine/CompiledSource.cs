using Jint.Parser;
using Jint.Parser.Ast;
using ModularKv.JavaScript.Running;
using ModularKv.JavaScript.Source;

namespace ModularKv.JavaScript.Engine;

/// <summary>A source that was checked, parsed and made ready to be metered. May be run in any number of states.</summary>
internal sealed class CompiledSource
{
    // Below this a source cannot nest deeply enough to use up the stack of the loop, whatever is in it.
    private const int ParsedInPlaceMax = 4 << 10;

    private const int ParserStackBytes = 256 << 20;

    private CompiledSource(Program program, int length)
    {
        Program = program;
        Length = length;
    }

    /// <summary>What runs.</summary>
    public Program Program { get; }

    /// <summary>Bytes of the source.</summary>
    public int Length { get; }

    /// <summary>Compiles a source.</summary>
    /// <param name="source">A character for each byte.</param>
    /// <param name="isScript">Whether it is the body of a function of KEYS and ARGV, as scripts of EVAL are.</param>
    /// <param name="meter">Who meters its runs.</param>
    /// <param name="error">Why it was refused, or null.</param>
    public static CompiledSource? Compile(string source, bool isScript, Meter meter, out SourceError? error)
    {
        error = SyntaxCheck.Find(source);
        if (error != null) return null;
        if (source.Length <= ParsedInPlaceMax) return Parse(source, isScript, meter, out error);

        // Our check of the nesting guesses where the parser knows, so it is not what the process's life depends on.
        CompiledSource? compiled = null;
        SourceError? refused = null;
        var thread = new Thread(() => compiled = Parse(source, isScript, meter, out refused), ParserStackBytes) { Name = "js-parser" };
        thread.Start();
        thread.Join();
        error = refused;
        return compiled;
    }

    private static CompiledSource? Parse(string source, bool isScript, Meter meter, out SourceError? error)
    {
        try
        {
            string text = isScript ? "(function(KEYS,ARGV){" + source + "\n})" : source;
            Program program = new JavaScriptParser(strict: true).Parse(text);
            new TreeGuard(meter).Rewrite(program);
            error = null;
            return new CompiledSource(program, source.Length);
        }
        catch (ParserException refused)
        {
            string why = refused.Description ?? refused.Message;
            error = new SourceError(refused.LineNumber, Math.Max(refused.Column, 1), $"{why} ({SyntaxCheck.HowToCompile})");
            return null;
        }
        catch (Exception other) when (other is not OutOfMemoryException)
        {
            // This parser meets odd input with exceptions of any kind.
            error = new SourceError(1, 1, $"the source cannot be parsed: {other.Message}");
            return null;
        }
    }
}
