using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;

namespace ModularKv.Scripting.Running;

/// <summary>The one run that there is at a time: what a script may ask of the server. Source: script.c.</summary>
internal sealed class ActiveRun(IServer server, ScriptSettings settings) : ScriptRun
{
    private const string BusyPrefix = "BUSY Redis is busy running a script. You can only call ";

    /// <summary>What other clients get while a script of EVAL is past its time.</summary>
    public const string ScriptBusy = BusyPrefix + "SCRIPT KILL or SHUTDOWN NOSAVE.";

    /// <summary>What they get while a function is.</summary>
    public const string FunctionBusy = BusyPrefix + "FUNCTION KILL or SHUTDOWN NOSAVE.";

    /// <summary>Where keys begin: behind the command, what it runs and the number of keys.</summary>
    private const int FirstKey = 3;

    private readonly CommandCaller _caller = server.CreateCaller();
    private readonly ErrorText _error = new();
    private byte[] _name = [];
    private bool _isScript;
    private int _keys;
    private int _arguments;
    private long _startedMs;
    private long _pollFrom;
    private IDisposable? _busy;
    private bool _isKilled;
    private bool _isStopped;

    /// <summary>Whether a script runs.</summary>
    public bool IsActive => _caller.IsOpen;

    /// <summary>The client that called the script.</summary>
    public Client Caller => _caller.Client;

    /// <summary>The command by which it did.</summary>
    public ArgumentList Command => _caller.Arguments;

    /// <summary>Whether it may have changed something already.</summary>
    public bool HasWritten => _caller.HasWritten;

    /// <summary>Milliseconds for which it has been running.</summary>
    public long ElapsedMs => Environment.TickCount64 - _startedMs;

    /// <inheritdoc/>
    public override bool IsScript => _isScript;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Name => _name;

    /// <inheritdoc/>
    public override int KeyCount => _keys;

    /// <inheritdoc/>
    public override int ArgumentCount => _arguments;

    /// <inheritdoc/>
    public override ReplyWriter Reply => _caller.Reply;

    /// <inheritdoc/>
    public override int Protocol
    {
        get => _caller.Protocol;
        set => _caller.Protocol = value;
    }

    /// <inheritdoc/>
    public override int Added => _caller.Count;

    /// <inheritdoc/>
    public override long PollFrom => _pollFrom;

    /// <inheritdoc/>
    public override bool IsStopped => _isStopped;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> StopReason
        => _isScript ? "Script killed by user with SCRIPT KILL."u8 : "Script killed by user with FUNCTION KILL."u8;

    /// <summary>Runs code for the calling client; the reply is written when it returns.</summary>
    /// <param name="call">EVAL, FCALL and their kind.</param>
    /// <param name="code">What to run.</param>
    /// <param name="name">A script's digest, or a function's name.</param>
    /// <param name="isScript">Which of the two.</param>
    /// <param name="keys">Number of keys, checked against the arguments.</param>
    /// <param name="flags">What the code states of itself.</param>
    public void Run(ref CommandContext call, ScriptCode code, byte[] name, bool isScript, int keys, ScriptFlags flags)
    {
        if (IsActive)
        {
            call.Reply.Error("ERR A script can not run another script"u8);
            return;
        }

        bool mayOnlyRead = (call.Command.Flags & CommandFlags.ReadOnly) != 0;
        if (mayOnlyRead && (flags & (ScriptFlags.Legacy | ScriptFlags.NoWrites)) == 0)
        {
            call.Reply.Error("ERR Can not execute a script with write flag using *_ro command."u8);
            return;
        }

        (_name, _isScript, _keys, _arguments) = (name, isScript, keys, call.ArgumentCount - FirstKey - keys);
        _startedMs = Environment.TickCount64;
        long limitMs = settings.BusyAfterMs.Value;
        _pollFrom = limitMs > 0 && limitMs < long.MaxValue - _startedMs ? _startedMs + limitMs : long.MaxValue;
        _isKilled = _isStopped = false;
        _caller.Open(call, RulesOf(mayOnlyRead, flags));
        try
        {
            code.Invoke(this);
        }
        finally
        {
            _caller.Close();
            if (_busy is not null) EndBusy();
        }
    }

    private CallRules RulesOf(bool mayOnlyRead, ScriptFlags flags)
    {
        CallRules rules = CallRules.None;
        if (mayOnlyRead || (flags & ScriptFlags.NoWrites) != 0) rules |= CallRules.ReadOnly;
        if ((flags & ScriptFlags.AllowOom) != 0) rules |= CallRules.AllowOom;
        if (settings.AllowsNoScript) rules |= CallRules.AllowNoScript;
        return rules;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Key(int index)
    {
        Invariant.Check((uint)index < (uint)_keys, "a script's key out of range");
        return _caller.Arguments[FirstKey + index];
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Argument(int index)
    {
        Invariant.Check((uint)index < (uint)_arguments, "a script's argument out of range");
        return _caller.Arguments[FirstKey + _keys + index];
    }

    /// <inheritdoc/>
    public override void BeginCall() => _caller.Begin();

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<byte> argument) => _caller.Add(argument);

    /// <inheritdoc/>
    public override void Add(long argument)
    {
        Span<byte> text = stackalloc byte[24];
        System.Buffers.Text.Utf8Formatter.TryFormat(argument, text, out int length);
        _caller.Add(text[..length]);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Call() => _caller.Call();

    /// <inheritdoc/>
    public override bool? MayCall() => _caller.MayCall();

    /// <inheritdoc/>
    public override void SetEffects(ScriptEffects to)
    {
        _caller.FeedsLogs = (to & ScriptEffects.Log) != 0;
        _caller.FeedsReplicas = (to & ScriptEffects.Replicas) != 0;
    }

    /// <inheritdoc/>
    public override void Log(LogLevel level, ReadOnlySpan<byte> text) => server.Log.Write(level, Encoding.UTF8.GetString(text));

    /// <inheritdoc/>
    public override bool Poll()
    {
        if (_isStopped) return true;
        if (Environment.TickCount64 < _pollFrom) return false;
        if (_busy is null) BeginBusy();
        server.LongWork.Serve();
        _isStopped = _isKilled || server.LongWork.IsStopping;
        return _isStopped;
    }

    private void BeginBusy()
    {
        server.Log.Warning($"Slow script detected: still in execution after {ElapsedMs} milliseconds. You can try killing the script using "
            + $"the {(_isScript ? "SCRIPT KILL" : "FUNCTION KILL")} command. Script name is: {Encoding.Latin1.GetString(_name)}.");
        _busy = server.LongWork.Begin(_isScript ? ScriptBusy : FunctionBusy, CommandFlags.AllowBusy);
    }

    private void EndBusy()
    {
        _busy!.Dispose();
        _busy = null;
        if (_isKilled) server.Log.Notice(Encoding.ASCII.GetString(StopReason));
    }

    /// <summary>Lets the run end at its next poll.</summary>
    public void Kill() => _isKilled = true;

    /// <inheritdoc/>
    public override void Error(ReadOnlySpan<byte> text, bool isCounted) => Reply.Error(text, isCounted);

    /// <inheritdoc/>
    public override void Fail(ReadOnlySpan<byte> text, ReadOnlySpan<byte> source, ReadOnlySpan<byte> line, bool isCounted)
    {
        if (source.IsEmpty || line.IsEmpty)
        {
            Reply.Error(text, isCounted);
            return;
        }

        _error.Begin().Add(text).Add(" script: "u8).Add(_name).Add(", on "u8).Add(source).Add(":"u8).Add(line).Add("."u8);
        Reply.Error(_error.Bytes, isCounted);
    }

    /// <inheritdoc/>
    public override void Fail(ReadOnlySpan<byte> text)
    {
        const int ShownMax = 100;
        text = Words.Shown(text);
        _error.Begin().Add("ERR Error running script "u8).Add(_name).Add(", "u8).Add(text[..Math.Min(text.Length, ShownMax)]);
        Reply.Error(_error.Bytes);
    }
}
