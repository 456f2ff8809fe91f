using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;

namespace ModularKv.Probe;

/// <summary>
/// A language of one statement a line, for tests of what serves scripts: words between blanks, <c>$1</c> a key and <c>@1</c> an argument.
/// A library has a line <c>function name [flag ...]</c> in front of each function.
/// </summary>
internal sealed class ProbeEngine : ScriptEngine
{
    private static readonly char[] s_blank = [' '];

    /// <summary>Times that the state for scripts, and that for functions, was reset.</summary>
    public int ScriptResets, FunctionResets;

    /// <summary>Code that was compiled and not disposed.</summary>
    public int Alive;

    private ScriptLimits _limits;
    private bool _isRunning = true;

    /// <inheritdoc/>
    public override string Name => "probe";

    /// <inheritdoc/>
    public override bool IsRunning => _isRunning;

    /// <inheritdoc/>
    public override long ScriptBytes => 1000;

    /// <inheritdoc/>
    public override long FunctionBytes => 2000;

    /// <summary>The module stops.</summary>
    public void Stop() => _isRunning = false;

    /// <inheritdoc/>
    public override void Configure(in ScriptLimits limits) => _limits = limits;

    /// <inheritdoc/>
    public override ScriptCode? Compile(ReadOnlySpan<byte> source, ReadOnlySpan<byte> digest, out byte[]? error)
    {
        error = source.IndexOf("syntax"u8) >= 0 ? "user_script:2: a mistake near 'syntax'"u8.ToArray() : null;
        return error is null ? new ProbeCode(this, LinesOf(source)) : null;
    }

    /// <inheritdoc/>
    public override bool Load(ReadOnlySpan<byte> source, LibraryDraft library, out byte[]? error)
    {
        error = null;
        string[] lines = LinesOf(source);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i] == "wait") SpinWait.SpinUntil(() => library.IsOverdue);
            if (library.IsOverdue)
            {
                error = "FUNCTION LOAD timeout"u8.ToArray();
                return false;
            }

            if (!lines[i].StartsWith("function ", StringComparison.Ordinal)) continue;
            string[] words = lines[i].Split(s_blank);
            ScriptFlags flags = ScriptFlags.None;
            foreach (string word in words.AsSpan(2))
            {
                if (ScriptFlagNames.TryParse(Encoding.ASCII.GetBytes(word), out ScriptFlags flag)) flags |= flag;
            }

            string[] body = [.. lines.Skip(i + 1).TakeWhile(line => !line.StartsWith("function ", StringComparison.Ordinal))];
            var code = new ProbeCode(this, body);
            string? refusal = library.Register(Encoding.Latin1.GetBytes(words[1]), code, flags, "said"u8.ToArray());
            if (refusal is null) continue;
            code.Dispose();
            error = Encoding.ASCII.GetBytes("Error registering functions: " + refusal);
            return false;
        }

        return true;
    }

    private static string[] LinesOf(ReadOnlySpan<byte> source)
        => Encoding.Latin1.GetString(source).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public override void ResetScripts(bool inBackground) => ScriptResets++;

    /// <inheritdoc/>
    public override void ResetFunctions(bool inBackground) => FunctionResets++;

    /// <summary>PROBE.ENGINE: resets of both states, code alive, the two limits.</summary>
    public void Report(ref CommandContext call)
    {
        call.Reply.Array(5);
        foreach (long number in (ReadOnlySpan<long>)[ScriptResets, FunctionResets, Alive, _limits.BytesMax, _limits.BusyAfterMs])
        {
            call.Reply.Integer(number);
        }
    }
}

/// <summary>Code of the probe's language. The reply is that of the last statement.</summary>
internal sealed class ProbeCode : ScriptCode
{
    private readonly ProbeEngine _engine;
    private readonly string[][] _statements;

    public ProbeCode(ProbeEngine engine, string[] lines)
    {
        _engine = engine;
        _engine.Alive++;
        _statements = [.. lines.Select(line => line.Split(' '))];
    }

    /// <inheritdoc/>
    public override void Dispose() => _engine.Alive--;

    /// <inheritdoc/>
    public override void Invoke(ScriptRun run)
    {
        byte[] reply = "+nothing\r\n"u8.ToArray();
        for (int i = 0; i < _statements.Length; i++)
        {
            string[] words = _statements[i];
            byte[] line = Encoding.ASCII.GetBytes($"{i + 2}");
            byte[] rest = Encoding.Latin1.GetBytes(string.Join(' ', words.Skip(1)));
            switch (words[0])
            {
                case "call" or "try":
                    reply = Call(run, words);
                    if (words[0] == "try" || reply[0] != '-') break;
                    run.Fail(reply.AsSpan(1, reply.Length - 3), "@probe"u8, line, true);
                    return;
                case "may":
                    Fill(run, words);
                    reply = Encoding.ASCII.GetBytes($":{run.MayCall() switch { null => -1, true => 1, false => 0 }}\r\n");
                    break;
                case "resp":
                    run.Protocol = rest[0] - '0';
                    break;
                case "effects":
                    run.SetEffects((ScriptEffects)(rest[0] - '0'));
                    break;
                case "log":
                    run.Log(LogLevel.Warning, rest);
                    break;
                case "spin":
                    while (!run.Poll()) Thread.Sleep(1);
                    run.Fail([.. "ERR "u8, .. run.StopReason], "@probe"u8, line, false);
                    return;
                case "fail":
                    run.Fail(rest, "@probe"u8, line, false);
                    return;
                case "break":
                    run.Fail(rest);
                    return;
                case "error":
                    run.Error(rest, false);
                    return;
            }
        }

        run.Reply.Raw(reply);
    }

    private static byte[] Call(ScriptRun run, string[] words)
    {
        Fill(run, words);
        return run.Call().ToArray();
    }

    private static void Fill(ScriptRun run, string[] words)
    {
        run.BeginCall();
        foreach (string word in words.AsSpan(1))
        {
            if (word is ['$', var key]) run.Add(run.Key(key - '1'));
            else if (word is ['@', var argument]) run.Add(run.Argument(argument - '1'));
            else if (long.TryParse(word, out long number)) run.Add(number);
            else run.Add(Encoding.Latin1.GetBytes(word));
        }
    }
}
