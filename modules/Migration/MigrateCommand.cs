using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Transport;

namespace ModularKv.Migration;

/// <summary>
/// MIGRATE. The server stands still until the target has answered: no other client may see, or change, a key that is neither here nor
/// there. Source: redis.io/commands/migrate; migrateCommand.
/// </summary>
internal sealed class MigrateCommand(IServer server, TargetCache targets)
{
    private const long StandardTimeoutMs = 1000;

    private readonly TargetWire _wire = new();
    private readonly List<int> _keys = [];
    private readonly List<int> _gone = [];
    private readonly byte[] _error = new byte[1024];

    /// <summary>MIGRATE host port key db timeout [COPY] [REPLACE] [AUTH password] [AUTH2 user password] [KEYS key …].</summary>
    public void Run(ref CommandContext call)
    {
        if (!MigrateOptions.TryRead(ref call, out MigrateOptions options)) return;
        if (!NumberText.TryParse(call.Argument(5), out long timeoutMs) || !NumberText.TryParse(call.Argument(4), out long database))
        {
            call.Reply.NotAnInteger();
            return;
        }

        _keys.Clear();
        _gone.Clear();
        for (int i = options.FirstKey; i < options.FirstKey + options.KeyCount; i++)
        {
            if (!call.Keys.Find(call.Key(i)).IsMissing) _keys.Add(i);
        }

        if (_keys.Count == 0)
        {
            call.Reply.Simple("NOKEY"u8);
            return;
        }

        if (timeoutMs <= 0) timeoutMs = StandardTimeoutMs;
        bool mayRetry = true;
        while (!Exchange(ref call, options, database, timeoutMs, ref mayRetry))
        {
            // A connection that was kept may have been closed by its other end meanwhile: once more with a new one.
        }
    }

    /// <summary>One attempt.</summary>
    /// <returns>False: try again; nothing has been done. True: something was replied.</returns>
    private bool Exchange(ref CommandContext call, in MigrateOptions options, long database, long timeoutMs, ref bool mayRetry)
    {
        Target target;
        try
        {
            target = targets.Open(Encoding.UTF8.GetString(call.Argument(1)), Encoding.UTF8.GetString(call.Argument(2)), timeoutMs);
        }
        catch (Exception e) when (e is UnknownHostException or TimeoutException)
        {
            call.Reply.Error("IOERR error or timeout connecting to the client"u8);
            return true;
        }
        catch (IOException)
        {
            // Redis learns only from its first write that nobody listens there.
            call.Reply.Error("IOERR error or timeout writing to target instance"u8);
            return true;
        }

        bool selects = target.Database != database;
        bool isWriting = true;
        int answered = 0;
        int errorLength = -1;
        Exception? broken = null;
        try
        {
            _wire.Open(target.Connection, timeoutMs);
            Send(ref call, options, selects ? database : -1);
            isWriting = false;
            bool isRefused = false;
            int before = (options.Password != 0 ? 1 : 0) + (selects ? 1 : 0);
            for (; before > 0; before--) isRefused |= ReadRefusal(ref errorLength);
            for (; answered < _keys.Count; answered++)
            {
                if (ReadRefusal(ref errorLength) || isRefused) target.Database = -1;
                else if (!options.Copies) Remove(ref call, _keys[answered]);
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            broken = e;
            targets.Close(target);
        }

        if (broken is IOException && mayRetry && answered == 0 && errorLength < 0)
        {
            mayRetry = false;
            return false;
        }

        Propagate(ref call);
        if (errorLength >= 0) call.Reply.Error(Encoding.Latin1.GetString(_error, 0, errorLength));
        else if (broken is not null) call.Reply.Error($"IOERR error or timeout {(isWriting ? "writing" : "reading")} to target instance");
        else Succeeded(ref call, target, database);
        return true;
    }

    private static void Succeeded(ref CommandContext call, Target target, long database)
    {
        target.Database = database;
        call.Reply.Ok();
    }

    // Serializing takes time, and a retry comes later still: keys that expire meanwhile are left to that.
    private void Send(ref CommandContext call, in MigrateOptions options, long database)
    {
        if (options.Password != 0)
        {
            _wire.Begin(options.User != 0 ? 3 : 2);
            _wire.Argument("AUTH"u8);
            if (options.User != 0) _wire.Argument(call.Argument(options.User));
            _wire.Argument(call.Argument(options.Password));
        }

        if (database != -1)
        {
            _wire.Begin(2);
            _wire.Argument("SELECT"u8);
            _wire.Argument(database);
        }

        IRdbFormat format = server.Find<IRdbFormat>() ?? throw new ModuleException("MIGRATE needs the module rdb");
        int kept = 0;
        for (int i = 0; i < _keys.Count; i++)
        {
            int key = _keys[i];
            Entry entry = call.Keys.Find(call.Key(key), Access.NoTouch | Access.NoStatistics | Access.NoNotify);
            if (entry.IsMissing) continue;
            long ttl = entry.HasExpiry ? entry.ExpireAtMs - (server.Clock.UnixMicros() / 1000) : long.MaxValue;
            if (ttl < 0) continue;
            _keys[kept++] = key;
            _wire.Begin(options.Replaces ? 5 : 4);
            _wire.Argument("RESTORE"u8);
            _wire.Argument(call.Argument(key));
            _wire.Argument(ttl == long.MaxValue ? 0 : Math.Max(ttl, 1));
            _wire.Argument(format.Dump(entry));
            if (options.Replaces) _wire.Argument("REPLACE"u8);
        }

        _keys.RemoveRange(kept, _keys.Count - kept);
        _wire.Flush();
    }

    /// <summary>Reads an answer; the first error is kept for the client.</summary>
    private bool ReadRefusal(ref int errorLength)
    {
        ReadOnlySpan<byte> line = _wire.ReadLine();
        if (!line.StartsWith("-"u8)) return false;
        if (errorLength >= 0) return true;
        ReadOnlySpan<byte> prefix = "ERR Target instance replied with error: "u8;
        prefix.CopyTo(_error);
        ReadOnlySpan<byte> text = line[1..];
        text = text[..Math.Min(text.Length, _error.Length - prefix.Length)];
        text.CopyTo(_error.AsSpan(prefix.Length));
        errorLength = prefix.Length + text.Length;
        return true;
    }

    private void Remove(ref CommandContext call, int key)
    {
        KeyRef moved = call.Key(key);
        if (!call.Keys.Delete(moved)) return; // named twice
        call.Changed(moved, KeyEventClass.Generic, "del"u8);
        _gone.Add(key);
    }

    // For logs and replicas the keys that the target has acknowledged were deleted.
    private void Propagate(ref CommandContext call)
    {
        if (_gone.Count == 0 || !server.Propagation.Active) return;
        EffectBuilder effect = call.PropagateAs().Add("DEL"u8);
        foreach (int key in _gone) effect.Add(call.Argument(key));
        effect.Send();
    }
}
