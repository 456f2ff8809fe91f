namespace ModularKv.Abstractions.Scripting;

/// <summary>
/// One run of a script, as its engine sees it. One object for all runs: nothing in it may be kept, and in steady state no member allocates.
/// Loop thread only.
/// </summary>
public abstract class ScriptRun
{
    /// <summary>Whether a script of EVAL runs (KEYS and ARGV are globals there), and not a function.</summary>
    public abstract bool IsScript { get; }

    /// <summary>The 40 hexadecimal digits of a script, or the name of a function.</summary>
    public abstract ReadOnlySpan<byte> Name { get; }

    /// <summary>Number of keys.</summary>
    public abstract int KeyCount { get; }

    /// <summary>A key, counted from 0. Borrowed for the run.</summary>
    public abstract ReadOnlySpan<byte> Key(int index);

    /// <summary>Number of arguments behind the keys.</summary>
    public abstract int ArgumentCount { get; }

    /// <summary>An argument, counted from 0. Borrowed for the run.</summary>
    public abstract ReadOnlySpan<byte> Argument(int index);

    /// <summary>
    /// Where the script's reply goes, in the client's protocol. Errors are not written here: see <see cref="Error"/> and
    /// <see cref="Fail(ReadOnlySpan{byte})"/>.
    /// </summary>
    public abstract ReplyWriter Reply { get; }

    /// <summary>RESP version of the replies of <see cref="Call"/>, 2 when a run starts: redis.setresp.</summary>
    public abstract int Protocol { get; set; }

    /// <summary>Starts a command: forgets the arguments added so far.</summary>
    public abstract void BeginCall();

    /// <summary>Adds an argument, the command's name first. The bytes are copied.</summary>
    public abstract void Add(ReadOnlySpan<byte> argument);

    /// <summary>Adds an integer as an argument.</summary>
    public abstract void Add(long argument);

    /// <summary>Number of arguments added.</summary>
    public abstract int Added { get; }

    /// <summary>
    /// Runs the command as the caller of the script, with all checks that hold for scripts.
    /// </summary>
    /// <returns>
    /// One whole reply in RESP of <see cref="Protocol"/>, off-heap, valid until the next call. A refusal is an error reply as any other
    /// (<c>-ERR This Redis command is not allowed from script</c>, <c>-NOPERM …</c>). Errors in it are counted already: when the script
    /// raises or returns one, say so (<c>isCounted</c>).
    /// </returns>
    public abstract ReadOnlySpan<byte> Call();

    /// <summary>Whether the caller's rights let it run the command added: redis.acl_check_cmd. Null: there is no such command.</summary>
    public abstract bool? MayCall();

    /// <summary>Who gets the effects of the commands from now on: redis.set_repl.</summary>
    public abstract void SetEffects(ScriptEffects to);

    /// <summary>Writes a line into the server's log: redis.log.</summary>
    public abstract void Log(LogLevel level, ReadOnlySpan<byte> text);

    /// <summary>
    /// Monotonic time, in milliseconds of <see cref="Environment.TickCount64"/>, from which on the engine must call
    /// <see cref="Poll"/> some hundred times a second; <see cref="long.MaxValue"/>: never.
    /// </summary>
    public abstract long PollFrom { get; }

    /// <summary>
    /// Serves other clients once the script is past its time; cheap before that.
    /// </summary>
    /// <returns>
    /// True: the script must end now, whatever it tries (it was killed, or the server is stopping): the engine fails with
    /// <see cref="StopReason"/>, and nothing in the script may catch that.
    /// </returns>
    public abstract bool Poll();

    /// <summary>Whether the script must end: as the last <see cref="Poll"/> said.</summary>
    public abstract bool IsStopped { get; }

    /// <summary>Why, without a code: <c>Script killed by user with SCRIPT KILL.</c></summary>
    public abstract ReadOnlySpan<byte> StopReason { get; }

    /// <summary>
    /// The reply is an error that the script returned as a value. Text without a leading <c>-</c>; its first word is the code.
    /// </summary>
    /// <param name="text">Code and text. Line ends become spaces. Borrowed.</param>
    /// <param name="isCounted">Whether it came from <see cref="Call"/> and is in the statistics of errors already.</param>
    public abstract void Error(ReadOnlySpan<byte> text, bool isCounted);

    /// <summary>
    /// The script ended by an error it did not catch, of which the place is known: answers
    /// <c>-text script: name, on source:line.</c>
    /// </summary>
    /// <param name="text">Code and text, without a leading <c>-</c>. Borrowed.</param>
    /// <param name="source">The chunk's name as the engine writes it: <c>@user_script</c>. Empty: not known; nothing is added.</param>
    /// <param name="line">The line, as text or number: bytes put there as they are. Empty: not known.</param>
    /// <param name="isCounted">As in <see cref="Error"/>.</param>
    public abstract void Fail(ReadOnlySpan<byte> text, ReadOnlySpan<byte> source, ReadOnlySpan<byte> line, bool isCounted);

    /// <summary>
    /// The script ended by something that is no error with a code (out of memory, a raised value that is neither text nor table): answers
    /// <c>-ERR Error running script name, text</c>, with at most 100 bytes of the text.
    /// </summary>
    public abstract void Fail(ReadOnlySpan<byte> text);
}

/// <summary>Who gets the effects of a script's commands; the numbers are redis.REPL_NONE … REPL_ALL.</summary>
[Flags]
public enum ScriptEffects
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>The append-only file.</summary>
    Log = 1,

    /// <summary>The replicas.</summary>
    Replicas = 2,

    /// <summary>Both.</summary>
    All = 3,
}
