using System.Text.RegularExpressions;
using Jint.Native;
using Jint.Native.Function;
using Jint.Runtime;
using ModularKv.Abstractions.Scripting;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Engine;

/// <summary>
/// One world of JavaScript: its globals, and what ran in it. Sees nothing of other states. With this folder everything that knows which
/// interpreter it is.
/// </summary>
internal sealed class ScriptState
{
    /// <summary>What a state takes before anything ran in it, bytes: an estimate.</summary>
    public const int EmptyBytes = 200 << 10;

    private readonly Jint.Engine _engine;
    private readonly Meter _meter;
    private readonly Dictionary<string, FunctionInstance> _functions = new(StringComparer.Ordinal);

    /// <param name="meter">What its runs are metered by.</param>
    /// <param name="registrar">Takes the functions that a library registers; null where it may not.</param>
    public ScriptState(Meter meter, Registrar? registrar)
    {
        _meter = meter;
        _engine = new Jint.Engine(options => options.Strict().LocalTimeZone(TimeZoneInfo.Utc)
            .Culture(System.Globalization.CultureInfo.InvariantCulture));
        Builtins.Limit(_engine, meter);
        new RedisObject(_engine, meter, registrar is null ? null : (name, function, flags, description) =>
        {
            if (registrar(name, flags, description) is { } refusal) return refusal;
            _functions.Add(name, function);
            return null;
        }).Install();
    }

    /// <summary>Takes a function that a library registers; returns why not, or null.</summary>
    public delegate string? Registrar(string name, ScriptFlags flags, string? description);

    /// <summary>Whether a run was stopped in its midst: the state is to be thrown away.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Runs a library's text.</summary>
    /// <param name="source">The library.</param>
    /// <param name="error">What went wrong, without a code and with the place; null where nothing did.</param>
    /// <param name="isStopped">Whether it was stopped and did not fail by itself.</param>
    public bool Load(CompiledSource source, out string? error, out bool isStopped)
    {
        isStopped = false;
        error = null;
        try
        {
            _engine.Execute(source.Program);
            return true;
        }
        catch (JavaScriptException thrown)
        {
            error = $"@user_function: {thrown.LineNumber}: {ScriptErrors.Text(thrown.Error, withCode: false)}";
        }
        catch (Exception stopped) when (stopped is not NullReferenceException)
        {
            isStopped = true;
            error = Reason(stopped);
        }
        catch (NullReferenceException)
        {
            error = "the interpreter failed";
        }

        IsBroken = true;
        return false;
    }

    /// <summary>Runs a function that a library registered. Writes one reply.</summary>
    public void Invoke(string function, ScriptRun run)
    {
        if (_functions.TryGetValue(function, out FunctionInstance? callback)) Run(run, () => callback, "@user_function"u8);
        else run.Fail("ERR the library did not register the function again"u8, default, default, isCounted: false);
    }

    /// <summary>Runs a script of EVAL. Writes one reply.</summary>
    public void Invoke(CompiledSource script, ScriptRun run) => Run(
        run, () => _engine.Execute(script.Program).GetCompletionValue().As<FunctionInstance>(), "@user_script"u8);

    private void Run(ScriptRun run, Func<FunctionInstance> function, ReadOnlySpan<byte> source)
    {
        try
        {
            JsValue[] arguments = new JsValue[2];
            ReplyValues values = new(_engine);
            arguments[0] = values.Array(run.KeyCount, i => new JsValue(ByteText.Decode(run.Key(i))));
            arguments[1] = values.Array(run.ArgumentCount, i => new JsValue(ByteText.Decode(run.Argument(i))));
            JsValue result = function().Call(JsValue.Undefined, arguments);
            ReplyOutput.Write(result, run);
        }
        catch (JavaScriptException thrown)
        {
            byte[] line = thrown.LineNumber > 0 ? ByteText.Encode(thrown.LineNumber.ToString()) : [];
            bool isCounted = ScriptErrors.IsCounted(thrown.Error);
            run.Fail(ByteText.Encode(ScriptErrors.Text(thrown.Error, withCode: true)), source, line, isCounted);
        }
        catch (StopException stopped) when (stopped.IsKilled)
        {
            IsBroken = true;
            run.Fail([.. "ERR "u8, .. run.StopReason], source, default, isCounted: false);
        }
        catch (Exception stopped)
        {
            IsBroken = true;
            run.Fail(ByteText.Encode(Reason(stopped)));
        }
    }

    private static string Reason(Exception stopped) => stopped switch
    {
        StopException => stopped.Message,
        OutOfMemoryException => "not enough memory",
        RegexMatchTimeoutException => "a regular expression took too long",
        InsufficientExecutionStackException => "stack overflow",
        _ => $"the interpreter failed: {stopped.GetType().Name}: {stopped.Message}",
    };
}
