using ModularKv.Abstractions;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>XGROUP. Source: xgroupCommand.</summary>
internal sealed class GroupCommands(StreamKeys keys)
{
    private const int KeyAt = 2;
    private const int NameAt = 3;
    private const int FourthAt = 4;
    private const int OptionsAt = 5;
    private const int CreateArgumentsMax = 8;
    private const int SetIdArgumentsMax = 7;

    private static readonly string[] HelpLines =
    [
        "XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "CREATE <key> <groupname> <id|$> [option]",
        "    Create a new consumer group. Options are:",
        "    * MKSTREAM",
        "      Create the empty stream if it does not exist.",
        "    * ENTRIESREAD entries_read",
        "      Set the group's entries_read counter (internal use).",
        "CREATECONSUMER <key> <groupname> <consumer>",
        "    Create a new consumer in the specified group.",
        "DELCONSUMER <key> <groupname> <consumer>",
        "    Remove the specified consumer.",
        "DESTROY <key> <groupname>",
        "    Remove the specified group.",
        "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
        "    Set the current group ID and entries_read counter.",
        "HELP",
        "    Prints this help.",
    ];

    /// <summary>XGROUP HELP</summary>
    public static void Help(ref CommandContext call) => SubcommandHelp.Write(call.Reply, HelpLines);

    /// <summary>XGROUP CREATE key group id|$ [MKSTREAM] [ENTRIESREAD entries-read]</summary>
    public void Create(ref CommandContext call)
    {
        if (!TryOptions(ref call, true, out bool makesStream, out long entriesRead)) return;
        if (!TryOpen(ref call, !makesStream, out Entry entry)) return;
        if (call.ArgumentCount > CreateArgumentsMax)
        {
            SubcommandSyntax(ref call);
            return;
        }

        StreamId id = StreamId.Zero;
        if (call.Argument(FourthAt) is not [(byte)'$'])
        {
            if (!StreamKeys.TryId(ref call, FourthAt, out id)) return;
        }
        else if (!entry.IsMissing)
        {
            id = keys.Of(entry).LastId;
        }

        bool isNewKey = entry.IsMissing;
        if (isNewKey) entry = keys.Type.Create(call.Keys, call.Key(KeyAt));
        if (!keys.Of(entry).Groups.TryAdd(call.Argument(NameAt), id, entriesRead, out _))
        {
            call.Reply.Error("BUSYGROUP Consumer Group name already exists"u8);
            return;
        }

        call.Reply.Ok();
        if (isNewKey) call.Changed(call.Key(KeyAt), KeyEventClass.Stream, "xgroup-create"u8);
        else Note(ref call, "xgroup-create"u8);
    }

    /// <summary>XGROUP SETID key group id|$ [ENTRIESREAD entries-read]</summary>
    public void SetId(ref CommandContext call)
    {
        if (!TryOptions(ref call, false, out _, out long entriesRead)) return;
        if (!TryOpenGroup(ref call, out Entry entry, out StreamGroup group)) return;
        if (call.ArgumentCount > SetIdArgumentsMax)
        {
            SubcommandSyntax(ref call);
            return;
        }

        StreamId id = keys.Of(entry).LastId;
        if (call.Argument(FourthAt) is not [(byte)'$'] && !StreamIdText.TryParse(call.Argument(FourthAt), 0, out id))
        {
            StreamKeys.InvalidId(ref call);
            return;
        }

        group.LastId = id;
        group.EntriesRead = entriesRead;
        call.Reply.Ok();
        Note(ref call, "xgroup-setid"u8);
    }

    /// <summary>XGROUP DESTROY key group</summary>
    public void Destroy(ref CommandContext call)
    {
        if (!TryOpen(ref call, true, out Entry entry)) return;
        GroupTable groups = keys.Of(entry).Groups;
        StreamGroup group = groups.Find(call.Argument(NameAt));
        call.Reply.Integer(group.IsMissing ? 0 : 1);
        if (group.IsMissing) return;
        groups.Remove(group);

        // Wakes those who wait for entries of the group.
        call.Changed(call.Key(KeyAt), KeyEventClass.Stream, "xgroup-destroy"u8);
    }

    /// <summary>XGROUP CREATECONSUMER key group consumer</summary>
    public void CreateConsumer(ref CommandContext call)
    {
        if (!TryOpenGroup(ref call, out _, out StreamGroup group)) return;
        bool isNew = group.FindConsumer(call.Argument(FourthAt)).IsMissing;
        call.Reply.Integer(isNew ? 1 : 0);
        if (!isNew) return;
        group.AddConsumer(keys.Memory, call.Argument(FourthAt), call.NowMs);
        Note(ref call, "xgroup-createconsumer"u8);
    }

    /// <summary>XGROUP DELCONSUMER key group consumer</summary>
    public void DeleteConsumer(ref CommandContext call)
    {
        if (!TryOpenGroup(ref call, out _, out StreamGroup group)) return;
        StreamConsumer consumer = group.FindConsumer(call.Argument(FourthAt));
        call.Reply.Integer(consumer.IsMissing ? 0 : consumer.Pending.Count);
        if (consumer.IsMissing) return;
        group.RemoveConsumer(keys.Memory, consumer);
        Note(ref call, "xgroup-delconsumer"u8);
    }

    // A change that the entries do not show: no transaction that watches the key is aborted.
    private static void Note(ref CommandContext call, ReadOnlySpan<byte> name)
    {
        call.CountDirty(1);
        call.Notify(call.Key(KeyAt), KeyEventClass.Stream, name);
    }

    private static bool TryOptions(ref CommandContext call, bool isCreate, out bool makesStream, out long entriesRead)
    {
        makesStream = false;
        entriesRead = StreamGroup.UnknownRead;
        for (int i = OptionsAt; i < call.ArgumentCount; i++)
        {
            if (isCreate && call.ArgumentIs(i, "mkstream"u8))
            {
                makesStream = true;
            }
            else if (i < call.ArgumentCount - 1 && call.ArgumentIs(i, "entriesread"u8))
            {
                if (!StreamKeys.TryInteger(ref call, ++i, out entriesRead)) return false;
                if (entriesRead >= 0 || entriesRead == StreamGroup.UnknownRead) continue;
                call.Reply.Error("ERR value for ENTRIESREAD must be positive or -1"u8);
                return false;
            }
            else
            {
                return SubcommandSyntax(ref call);
            }
        }

        return true;
    }

    private bool TryOpen(ref CommandContext call, bool mustExist, out Entry entry)
    {
        if (!keys.TryOpen(ref call, KeyAt, out entry)) return false;
        if (!entry.IsMissing || !mustExist) return true;
        call.Reply.Error("ERR The XGROUP subcommand requires the key to exist. "u8
            + "Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically."u8);
        return false;
    }

    private bool TryOpenGroup(ref CommandContext call, out Entry entry, out StreamGroup group)
    {
        group = default;
        if (!TryOpen(ref call, true, out entry)) return false;
        group = keys.Of(entry).Groups.Find(call.Argument(NameAt));
        if (!group.IsMissing) return true;
        StreamKeys.NoGroup(ref call, KeyAt, NameAt);
        return false;
    }

    private static bool SubcommandSyntax(ref CommandContext call)
    {
        StreamKeys.Error(ref call,
            $"ERR unknown subcommand or wrong number of arguments for '{StreamKeys.Shown(ref call, 1)}'. Try XGROUP HELP.");
        return false;
    }
}
