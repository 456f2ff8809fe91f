using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;

namespace ModularKv.Bitmaps.Commands;

/// <summary>Strings as bitmaps: finding the type, the longest bitmap, and opening a key so that a bit of it can be written.</summary>
/// <param name="types">Where the string type is looked up, which another module brings.</param>
/// <param name="limit">proto-max-bulk-len; null where the server has none.</param>
internal sealed class StringKeys(IDataTypes types, MemoryParameter? limit)
{
    /// <summary>Longest value in bytes; a bit field of 64 bits behind the last allowed bit still fits into a span.</summary>
    private const long BytesMax = 0x7FFFFFC7 - sizeof(ulong);

    private const long DefaultBytes = 512L * 1024 * 1024;

    private StringType? _type;

    /// <summary>The type of all bitmaps.</summary>
    public StringType Type => _type ??= types.Find<StringType>() ?? throw new ModuleException("bitmaps need the module strings");

    /// <summary>
    /// Opens the key in order to write bits; creates or extends it with zero bytes up to <paramref name="lastBit"/>. Replies when the key
    /// holds another type. However little is written, the string is raw afterwards, as in Redis.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="key">The key.</param>
    /// <param name="lastBit">Highest bit that will be written.</param>
    /// <param name="entry">The entry, when true is returned.</param>
    /// <param name="grown">Whether it was created or extended, which is a change by itself.</param>
    /// <remarks>A large value is extended where it lies; nothing of it is copied by this.</remarks>
    public bool TryOpen(scoped ref CommandContext call, scoped in KeyRef key, long lastBit, out Entry entry, out bool grown)
    {
        long length = (lastBit >> 3) + 1;
        entry = call.Keys.FindForWrite(key);
        grown = false;
        if (entry.IsMissing)
        {
            entry = call.Keys.Put(key, Type, length);
            entry.WritableValue.Clear();
            grown = true;
        }
        else if (!entry.Is(Type))
        {
            call.Reply.WrongType();
            return false;
        }
        else if (entry.ValueLength < length)
        {
            int before = (int)entry.ValueLength;
            entry = call.Keys.Resize(entry, length, growing: true);
            entry.WritableValue[before..].Clear();
            grown = true;
        }

        entry.SetEncoding((int)StringEncoding.Raw);
        return true;
    }

    /// <summary>
    /// Reads the offset of a bit; replies when it is none or beyond the longest string. Source: getBitOffsetFromArgument.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="index">Which argument.</param>
    /// <param name="width">Bits of a field, by which an offset written #n is multiplied; 0: there is no such form.</param>
    /// <param name="offset">The offset in bits.</param>
    public bool TryOffset(ref CommandContext call, int index, int width, out long offset)
    {
        ReadOnlySpan<byte> text = call.Argument(index);
        bool counted = width > 0 && text is [(byte)'#', ..];
        if (counted) text = text[1..];
        if (NumberText.TryParse(text, out offset))
        {
            // The product may wrap, and what comes out is taken as it is: so does Redis.
            if (counted) offset = unchecked(offset * width);
            if (offset >= 0 && offset >> 3 < LongestFor(call.Client)) return true;
        }

        call.Reply.Error("ERR bit offset is not an integer or out of range"u8);
        return false;
    }

    // The stream of a master or a file is obeyed beyond the configured limit.
    private long LongestFor(Client client)
    {
        bool obey = (client.Flags & (ClientFlags.Master | ClientFlags.Internal)) != 0;
        return obey ? BytesMax : Math.Min(limit?.Value ?? DefaultBytes, BytesMax);
    }
}
