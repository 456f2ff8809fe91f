using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Host.Commands;

/// <summary>The kernel's own checks before a command runs, in Redis's order and words. Source: processCommand.</summary>
internal sealed class Admission(ExecutionSettings settings, IMemory memory, PauseControl pause, ILog log)
{
    /// <summary>Longest part of unknown arguments shown in an error.</summary>
    private const int ShownBytesMax = 128;

    public ExecutionSettings Settings => settings;

    /// <summary>Who calls a command for a client, when somebody does.</summary>
    public Func<CallOrigin> CallOf { get; set; } = () => CallOrigin.Module;

    /// <summary>Whether the command may run; when not, the reply says why (or it was postponed).</summary>
    public bool Admit(Client client, Command? command, ArgumentList arguments, ReplyWriter reply, CallFlags flags)
    {
        if (command is null || command.IsRemoved) return IsCrossProtocol(client, arguments) ? false : Unknown(arguments, reply);
        bool namesNone = command.ByName is not null && (arguments.Count > 1 || command.Handler is null);
        if (namesNone) return UnknownSubcommand(command, arguments, reply);
        if (arguments.Count < command.MinArguments || arguments.Count > command.MaxArguments)
        {
            string wrong = $"ERR wrong number of arguments for '{command.FullName}' command";
            return Refuse(client, command, Encoding.Latin1.GetBytes(wrong), reply);
        }

        if ((flags & CallFlags.Trusted) != 0)
        {
            // A blocked command that runs again has passed everything but a change of its client's rights.
            return (flags & CallFlags.Retry) == 0 || MayRun(client, command, arguments, reply, flags);
        }

        bool isProtected = (command.Flags & CommandFlags.Protected) != 0;
        if (isProtected && settings.ProtectedRefusal((command.Container ?? command).Spec.Name, client.IsLocal) is { } refusal)
        {
            return Refuse(client, command, Encoding.Latin1.GetBytes(refusal), reply);
        }

        if (!client.IsAuthenticated && (command.Flags & CommandFlags.NoAuth) == 0)
        {
            return Refuse(client, command, "NOAUTH Authentication required."u8, reply);
        }

        if ((command.Flags & CommandFlags.NoMulti) != 0 && (client.Flags & ClientFlags.Multi) != 0)
        {
            return Refuse(client, command, "ERR Command not allowed inside a transaction"u8, reply);
        }

        return MayRun(client, command, arguments, reply, flags) && HasRoom(client, command, arguments, reply, flags)
            && IsWritable(client, command, arguments, reply) && IsServed(client, command, reply)
                && !IsPaused(client, command, arguments, flags);
    }

    private bool MayRun(Client client, Command command, ArgumentList arguments, ReplyWriter reply, CallFlags flags)
    {
        if (client.Rights is not { } rights || rights.Allows(command, arguments)) return true;
        CallOrigin origin = (flags & CallFlags.DenyBlocking) == 0 ? CallOrigin.Client : CallOf();
        return Refuse(client, command, rights.Refuse(client, command, arguments, origin), reply);
    }

    private static bool Refuse(Client client, Command command, ReadOnlySpan<byte> error, ReplyWriter reply)
    {
        command.Refuse(client, error, reply);
        return false;
    }

    /// <summary>
    /// Whether memory is above maxmemory, or the clients' above theirs: asked before every command, so that none adds to the excess of
    /// another.
    /// </summary>
    public bool IsPressed
        => settings.ClientsAreOver || (settings.MemoryBytesMax != 0 && CountedBytes > settings.MemoryBytesMax);

    private long CountedBytes => memory.UsedBytes - memory.UncountedBytes;

    /// <summary>Lets clients and keys go until memory is within its limits, or time is up.</summary>
    public MemoryRelief Relieve()
    {
        if (settings.ClientsAreOver) memory.Pressure?.CutClients();
        bool isWithin = settings.MemoryBytesMax == 0 || CountedBytes <= settings.MemoryBytesMax || HelpsToFree();
        return isWithin ? MemoryRelief.Enough : memory.Pressure?.MakeRoom(settings.MemoryBytesMax) ?? MemoryRelief.Impossible;
    }

    private bool HasRoom(Client client, Command command, ArgumentList arguments, ReplyWriter reply, CallFlags flags)
    {
        // Within a script or another call nothing goes: what holds is what held before it.
        bool isNested = (flags & CallFlags.DenyBlocking) != 0;
        if (!isNested) _isFull = IsPressed && Relieve() == MemoryRelief.Impossible;
        if ((client.Flags & ClientFlags.CloseNow) != 0) return false; // its own memory was the largest
        if (!_isFull) return true;

        // Inside MULTI whatever is queued takes memory.
        bool isQueued = (client.Flags & ClientFlags.Multi) != 0 && flags == CallFlags.None && !command.Spec.IsNeverQueued;
        if (!isQueued && (command.FlagsFor(client, arguments) & CommandFlags.DenyOom) == 0) return true;
        return Refuse(client, command, "OOM command not allowed when used memory > 'maxmemory'."u8, reply);
    }

    private bool _isFull;

    /// <summary>Whether memory was above its limit, and could not be freed, when a command last came in.</summary>
    public bool IsFull => _isFull;

    private bool IsWritable(Client client, Command command, ArgumentList arguments, ReplyWriter reply)
    {
        if (settings.WriteRefusals.Count == 0 || (client.Flags & ClientFlags.Master) != 0) return true;
        WriteRefusal refusal = settings.WriteRefusals[0];
        bool isWrite = (command.Flags & CommandFlags.Write) != 0 || (command.FlagsFor(client, arguments) & CommandFlags.Write) != 0;
        if (!isWrite && !(refusal.PingToo && command.Spec.Name == "ping")) return true;
        return Refuse(client, command, refusal.Error, reply);
    }

    private bool IsServed(Client client, Command command, ReplyWriter reply)
    {
        // What began first decides: a script that a log runs while it is loaded is slow in the middle of loading.
        foreach (LongWorkRefusal work in settings.LongWork)
        {
            if ((command.Flags & work.Allowed) == 0) return Refuse(client, command, work.Error, reply);
        }

        return true;
    }

    // What has been deleted and waits to be freed must not make others be evicted.
    private bool HelpsToFree()
    {
        const int SlicesMax = 4;
        const long SliceMicros = 500;
        for (int i = 0; i < SlicesMax && memory.FreeWaiting(SliceMicros); i++)
        {
            if (CountedBytes <= settings.MemoryBytesMax) return true;
        }

        return CountedBytes <= settings.MemoryBytesMax;
    }

    private bool IsPaused(Client client, Command command, ArgumentList arguments, CallFlags flags)
    {
        if (pause.State == PauseState.None || flags != CallFlags.None) return false;
        if (!pause.Holds(client, command, arguments)) return false;
        client.Postpone(arguments);
        pause.Add(client);
        return true;
    }

    /// <summary>
    /// A browser that was made to send its request here: what follows its header must not be executed. Source: securityWarningCommand.
    /// </summary>
    private bool IsCrossProtocol(Client client, ArgumentList arguments)
    {
        if (!arguments.Is(0, "post"u8) && !arguments.Is(0, "host:"u8)) return false;
        log.Warning("Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. "
            + "This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. "
            + $"Connection from {client.Address} aborted.");
        client.Close();
        return true;
    }

    private static bool Unknown(ArgumentList arguments, ReplyWriter reply)
    {
        var text = new StringBuilder("ERR unknown command '");
        text.Append(Shown(arguments[0], ShownBytesMax)).Append("', with args beginning with: ");
        int used = 0;
        for (int i = 1; i < arguments.Count && used < ShownBytesMax; i++)
        {
            string shown = Shown(arguments[i], ShownBytesMax - used);
            text.Append('\'').Append(shown).Append("' ");
            used += shown.Length + 3;
        }

        reply.Error(Encoding.Latin1.GetBytes(text.ToString()));
        return false;
    }

    private static bool UnknownSubcommand(Command container, ArgumentList arguments, ReplyWriter reply)
    {
        if (arguments.Count < container.MinArguments || arguments.Count == 1)
        {
            reply.Error($"ERR wrong number of arguments for '{container.FullName}' command");
            return false;
        }

        reply.Error(Encoding.Latin1.GetBytes(
            $"ERR unknown subcommand '{Shown(arguments[1], ShownBytesMax)}'. Try {container.Spec.Name.ToUpperInvariant()} HELP."));
        return false;
    }

    // As a C string: what stands behind a zero byte is not shown.
    private static string Shown(ReadOnlySpan<byte> bytes, int max)
    {
        bytes = Words.Shown(bytes);
        return Encoding.Latin1.GetString(bytes.Length > max ? bytes[..max] : bytes);
    }
}
