using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Commands;

/// <summary>Opens the keys of stream commands, and replies with the errors that several of them share.</summary>
internal sealed class StreamKeys(StreamType type, MemoryOwner memory, StreamSettings settings)
{
    /// <summary>The data type.</summary>
    public StreamType Type => type;

    /// <summary>Owner of all blocks.</summary>
    public MemoryOwner Memory => memory;

    /// <summary>The directives.</summary>
    public StreamSettings Settings => settings;

    /// <summary>The stream in an entry.</summary>
    public StreamValue Of(Entry entry) => type.Of(entry);

    /// <summary>Looks a key up for reading.</summary>
    /// <returns>False: it holds another type, which was replied.</returns>
    public bool TryFind(ref CommandContext call, int index, out Entry entry)
    {
        entry = call.Keys.Find(call.Key(index));
        return IsStreamOrMissing(ref call, entry);
    }

    /// <summary>Looks a key up for changing it.</summary>
    /// <returns>False: it holds another type, which was replied.</returns>
    public bool TryOpen(ref CommandContext call, int index, out Entry entry)
    {
        entry = call.Keys.FindForWrite(call.Key(index));
        return IsStreamOrMissing(ref call, entry);
    }

    /// <summary>As <see cref="TryOpen"/> for commands that miss a key as readers do: counted and notified.</summary>
    public bool TryOpenAsReader(ref CommandContext call, int index, out Entry entry)
    {
        if (!TryOpen(ref call, index, out entry)) return false;
        if (entry.IsMissing) call.Keys.Find(call.Key(index));
        return true;
    }

    /// <summary>Replies that the id is none.</summary>
    public static bool InvalidId(ref CommandContext call)
    {
        call.Reply.Error("ERR Invalid stream ID specified as stream command argument"u8);
        return false;
    }

    /// <summary>Reads an id; replies where it is none.</summary>
    public static bool TryId(ref CommandContext call, int index, out StreamId id)
        => StreamIdText.TryParseStrict(call.Argument(index), 0, out id) || InvalidId(ref call);

    /// <summary>Reads the ends of a range; replies where they are none.</summary>
    public static bool TryRange(ref CommandContext call, int fromIndex, int toIndex, out StreamId from, out StreamId to)
    {
        to = default;
        if (!TryStart(ref call, fromIndex, out from)) return false;
        bool isId = StreamIdText.TryParseInterval(call.Argument(toIndex), ulong.MaxValue, out to, out bool isExclusive);
        if (!isId) return InvalidId(ref call);
        if (!isExclusive || to.TryPrevious(out to)) return true;
        call.Reply.Error("ERR invalid end ID for the interval"u8);
        return false;
    }

    /// <summary>Reads where a range begins; replies where that is no id.</summary>
    public static bool TryStart(ref CommandContext call, int index, out StreamId from)
    {
        if (!StreamIdText.TryParseInterval(call.Argument(index), 0, out from, out bool isExclusive)) return InvalidId(ref call);
        if (!isExclusive || from.TryNext(out from)) return true;
        call.Reply.Error("ERR invalid start ID for the interval"u8);
        return false;
    }

    /// <summary>Reads an integer; replies where it is none.</summary>
    public static bool TryInteger(ref CommandContext call, int index, out long value)
    {
        if (NumberText.TryParse(call.Argument(index), out value)) return true;
        call.Reply.NotAnInteger();
        return false;
    }

    /// <summary>Reads an integer; replies with a text of the command's own where it is none.</summary>
    public static bool TryInteger(ref CommandContext call, int index, ReadOnlySpan<byte> error, out long value)
    {
        if (NumberText.TryParse(call.Argument(index), out value)) return true;
        call.Reply.Error(error);
        return false;
    }

    /// <summary>Replies that key or group do not exist.</summary>
    public static void NoKeyOrGroup(ref CommandContext call, int keyIndex, int groupIndex, string suffix = "")
        => Error(ref call, $"NOGROUP No such key '{Shown(ref call, keyIndex)}' or consumer group '{Shown(ref call, groupIndex)}'{suffix}");

    /// <summary>Replies that the group of an existing key does not exist.</summary>
    public static void NoGroup(ref CommandContext call, int keyIndex, int groupIndex)
        => Error(ref call, $"NOGROUP No such consumer group '{Shown(ref call, groupIndex)}' for key name '{Shown(ref call, keyIndex)}'");

    /// <summary>Replies with an error that repeats an argument, as a C string shows it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="text">One byte per character.</param>
    public static void Error(ref CommandContext call, string text) => call.Reply.Error(Encoding.Latin1.GetBytes(text));

    /// <summary>What an error shows of an argument.</summary>
    public static string Shown(ref CommandContext call, int index) => Encoding.Latin1.GetString(Words.Shown(call.Argument(index)));

    private bool IsStreamOrMissing(ref CommandContext call, scoped Entry entry)
    {
        if (entry.IsMissing || entry.Is(type)) return true;
        call.Reply.WrongType();
        return false;
    }
}
