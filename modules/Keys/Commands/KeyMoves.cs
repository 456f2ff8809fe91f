using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>RENAME, RENAMENX, COPY and MOVE.</summary>
internal sealed class KeyMoves(Settings settings)
{
    /// <summary>RENAME key newkey. Source: redis.io/commands/rename.</summary>
    public static void Rename(ref CommandContext call)
    {
        if (TryRename(ref call, onlyIfNew: false, out _)) call.Reply.Ok();
    }

    /// <summary>RENAMENX key newkey. Source: redis.io/commands/renamenx.</summary>
    public static void RenameIfNew(ref CommandContext call)
    {
        if (TryRename(ref call, onlyIfNew: true, out bool renamed)) call.Reply.Integer(renamed ? 1 : 0);
    }

    /// <returns>False: the key does not exist, the error is replied.</returns>
    private static bool TryRename(ref CommandContext call, bool onlyIfNew, out bool renamed)
    {
        KeyRef from = call.Key(1);
        KeyRef to = call.Key(2);
        renamed = false;
        if (call.Keys.FindForWrite(from).IsMissing)
        {
            call.Reply.Error("ERR no such key"u8);
            return false;
        }

        if (from.Bytes.SequenceEqual(to.Bytes) || (onlyIfNew && call.Keys.Exists(to))) return true;

        renamed = call.Keys.Rename(from, to);
        Invariant.Check(renamed, "a key that was just found cannot be renamed");
        call.Changed(from, KeyEventClass.Generic, "rename_from"u8);

        // One change in INFO's count, though two keys changed.
        call.Changed(to, KeyEventClass.Generic, "rename_to"u8, dirty: 0);
        return true;
    }

    /// <summary>COPY source destination [DB destination-db] [REPLACE]. Source: redis.io/commands/copy.</summary>
    public void Copy(ref CommandContext call)
    {
        if (!TryReadCopyOptions(ref call, out Database target, out bool replace)) return;

        KeyRef from = call.Key(1);
        KeyRef to = call.Key(2);
        bool sameDatabase = target == call.Keys;
        if (settings.IsCluster && (call.Keys.Index != 0 || !sameDatabase))
        {
            call.Reply.Error("ERR Copying to another database is not allowed in cluster mode"u8);
        }
        else if (sameDatabase && from.Bytes.SequenceEqual(to.Bytes))
        {
            call.Reply.Error("ERR source and destination objects are the same"u8);
        }
        else if (call.Keys.Find(from).IsMissing || (!replace && target.Exists(to)))
        {
            call.Reply.Integer(0);
        }
        else
        {
            Invariant.Check(call.Keys.Copy(from, target, to), "a key that was just found cannot be copied");
            call.Changed(target, to, KeyEventClass.Generic, "copy_to"u8);
            call.Reply.Integer(1);
        }
    }

    private static bool TryReadCopyOptions(ref CommandContext call, out Database target, out bool replace)
    {
        target = call.Keys;
        replace = false;
        for (int i = 3; i < call.ArgumentCount; i++)
        {
            if (call.ArgumentIs(i, "replace"u8))
            {
                replace = true;
            }
            else if (call.ArgumentIs(i, "db"u8) && i + 1 < call.ArgumentCount)
            {
                if (!DatabaseNumber.TryRead(ref call, ++i, out target)) return false;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        return true;
    }

    /// <summary>MOVE key db. Source: redis.io/commands/move.</summary>
    public void Move(ref CommandContext call)
    {
        if (settings.IsCluster)
        {
            call.Reply.Error("ERR MOVE is not allowed in cluster mode"u8);
            return;
        }

        if (!DatabaseNumber.TryRead(ref call, 2, out Database target)) return;
        if (target == call.Keys)
        {
            call.Reply.Error("ERR source and destination objects are the same"u8);
            return;
        }

        KeyRef key = call.Key(1);
        if (!call.Keys.MoveTo(target, key))
        {
            call.Reply.Integer(0);
            return;
        }

        call.Changed(key, KeyEventClass.Generic, "move_from"u8);
        call.Changed(target, key, KeyEventClass.Generic, "move_to"u8, dirty: 0);
        call.Reply.Integer(1);
    }
}
