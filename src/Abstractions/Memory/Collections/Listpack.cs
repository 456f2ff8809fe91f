using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModularKv.Abstractions.Collections;

/// <summary>
/// Redis's listpack, byte for byte: <c>u32 bytes | u16 elements | element … | 0xFF</c>, an element being
/// <c>encoding and length | content | length backwards</c>. Static functions over bytes that somebody else holds: a record's value, a node
/// of a list. Positions are offsets into those bytes; -1: none. Source: listpack.c.
/// </summary>
/// <remarks>
/// Everything but <see cref="IsWellFormed"/> trusts its bytes. Whoever inserts makes room first (<c>SizeOf</c>) and passes a
/// span that is long enough; whoever removes gives back what is left over (<see cref="Bytes"/>).
/// </remarks>
public static class Listpack
{
    /// <summary>Bytes before the first element.</summary>
    public const int HeaderBytes = 6;

    /// <summary>Bytes of a listpack without elements.</summary>
    public const int EmptyBytes = HeaderBytes + 1;

    // From here on the header does not count: the elements must be walked.
    private const int CountUnknown = ushort.MaxValue;
    private const byte End = 0xFF;

    /// <summary>Makes the first <see cref="EmptyBytes"/> bytes an empty listpack.</summary>
    public static void Initialize(Span<byte> to)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, EmptyBytes);
        to[4] = to[5] = 0;
        to[HeaderBytes] = End;
    }

    /// <summary>Bytes in use, header and end included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Bytes(ReadOnlySpan<byte> listpack) => BinaryPrimitives.ReadInt32LittleEndian(listpack);

    /// <summary>Number of elements. O(1) below 65,535.</summary>
    public static int Count(ReadOnlySpan<byte> listpack)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(listpack[4..]);
        if (count != CountUnknown) return count;
        count = 0;
        for (int at = First(listpack); at >= 0; at = Next(listpack, at)) count++;
        return count;
    }

    /// <summary>The first element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int First(ReadOnlySpan<byte> listpack) => listpack[HeaderBytes] == End ? -1 : HeaderBytes;

    /// <summary>The last element.</summary>
    public static int Last(ReadOnlySpan<byte> listpack) => Previous(listpack, EndOf(listpack));

    /// <summary>Where an element behind the last one would stand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EndOf(ReadOnlySpan<byte> listpack) => Bytes(listpack) - 1;

    /// <summary>The element behind that at <paramref name="at"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(ReadOnlySpan<byte> listpack, int at)
    {
        at += LengthAt(listpack, at);
        return listpack[at] == End ? -1 : at;
    }

    /// <summary>The element before that at <paramref name="at"/> (or before the end).</summary>
    public static int Previous(ReadOnlySpan<byte> listpack, int at)
    {
        if (at == HeaderBytes) return -1;
        int length = 0, shift = 0, p = at - 1;
        while (true)
        {
            byte b = listpack[p];
            length |= (b & 127) << shift;
            if ((b & 128) == 0) break;
            shift += 7;
            p--;
        }

        return at - length - ListpackEncoding.BackBytes(length);
    }

    /// <summary>The element of that index, negative ones counted from the end (-1: the last).</summary>
    public static int Seek(ReadOnlySpan<byte> listpack, long index)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(listpack[4..]);
        if (count != CountUnknown)
        {
            if (index < 0) index += count;
            if (index < 0 || index >= count) return -1;
            if (index > count / 2) index -= count;
        }

        int at = index < 0 ? Last(listpack) : First(listpack);
        for (; index > 0 && at >= 0; index--) at = Next(listpack, at);
        for (; index < -1 && at >= 0; index++) at = Previous(listpack, at);
        return at;
    }

    /// <summary>Reads an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ListpackElement Get(ReadOnlySpan<byte> listpack, int at) => ListpackEncoding.Read(listpack, at, out _);

    /// <summary>Reads an element and goes to the next one (-1 behind the last).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ListpackElement Take(ReadOnlySpan<byte> listpack, scoped ref int at)
    {
        ListpackElement element = ListpackEncoding.Read(listpack, at, out int bytes);
        at += bytes;
        if (listpack[at] == End) at = -1;
        return element;
    }

    /// <summary>Bytes that the element at <paramref name="at"/> takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LengthAt(ReadOnlySpan<byte> listpack, int at)
    {
        byte first = listpack[at];
        if (first < 0x80) return 2;
        if (first < 0xC0)
        {
            int short6 = 1 + (first & 0x3F);
            return short6 + 1;
        }

        int length = ListpackEncoding.ContentEnd(listpack, at);
        return length + ListpackEncoding.BackBytes(length);
    }

    /// <summary>Bytes that an element takes.</summary>
    public static int SizeOf(ReadOnlySpan<byte> element)
        => NumberText.TryParse(element, out long integer) ? SizeOf(integer) : ListpackEncoding.SizeOfString(element.Length);

    /// <inheritdoc cref="SizeOf(ReadOnlySpan{byte})"/>
    public static int SizeOf(long element)
    {
        int bytes = ListpackEncoding.IntegerBytes(element);
        return bytes + 1;
    }

    /// <summary>Inserts an element before that at <paramref name="at"/>, or behind the last at <see cref="EndOf"/>.</summary>
    /// <param name="listpack">With room for <see cref="SizeOf(ReadOnlySpan{byte})"/> more bytes.</param>
    /// <param name="at">Where it will stand.</param>
    /// <param name="element">Must not point into the listpack.</param>
    public static void Insert(Span<byte> listpack, int at, ReadOnlySpan<byte> element)
    {
        if (NumberText.TryParse(element, out long integer))
        {
            Insert(listpack, at, integer);
            return;
        }

        MakeRoom(listpack, at, ListpackEncoding.SizeOfString(element.Length), 1);
        ListpackEncoding.Write(listpack[at..], element);
    }

    /// <inheritdoc cref="Insert(Span{byte}, int, ReadOnlySpan{byte})"/>
    public static void Insert(Span<byte> listpack, int at, long element)
    {
        MakeRoom(listpack, at, SizeOf(element), 1);
        ListpackEncoding.Write(listpack[at..], element);
    }

    /// <summary>Inserts an element behind the last.</summary>
    public static void Append(Span<byte> listpack, ReadOnlySpan<byte> element) => Insert(listpack, EndOf(listpack), element);

    /// <inheritdoc cref="Append(Span{byte}, ReadOnlySpan{byte})"/>
    public static void Append(Span<byte> listpack, long element) => Insert(listpack, EndOf(listpack), element);

    /// <summary>Writes one element as it stands in a listpack, for whoever makes the room and keeps the header on his own.</summary>
    /// <param name="to">With room for <see cref="SizeOf(ReadOnlySpan{byte})"/>.</param>
    /// <param name="element">Must not overlap <paramref name="to"/>.</param>
    public static void WriteElement(Span<byte> to, ReadOnlySpan<byte> element)
    {
        if (NumberText.TryParse(element, out long integer)) ListpackEncoding.Write(to, integer);
        else ListpackEncoding.Write(to, element);
    }

    /// <summary>Inserts elements as they stand in another listpack (<see cref="Slice"/>).</summary>
    /// <param name="listpack">With room for them.</param>
    /// <param name="at">Where the first will stand.</param>
    /// <param name="encoded">Their bytes. Must not point into the listpack.</param>
    /// <param name="count">How many they are.</param>
    public static void InsertEncoded(Span<byte> listpack, int at, ReadOnlySpan<byte> encoded, int count)
    {
        MakeRoom(listpack, at, encoded.Length, count);
        encoded.CopyTo(listpack[at..]);
    }

    /// <summary>Writes an element as a listpack holds it: behind the last one, to be taken in by <see cref="Extend"/>.</summary>
    /// <param name="to">With room for <see cref="SizeOf(ReadOnlySpan{byte})"/>.</param>
    /// <param name="element">The element.</param>
    /// <returns>Bytes written.</returns>
    public static int Encode(Span<byte> to, ReadOnlySpan<byte> element)
    {
        if (NumberText.TryParse(element, out long integer)) return Encode(to, integer);
        ListpackEncoding.Write(to, element);
        return ListpackEncoding.SizeOfString(element.Length);
    }

    /// <inheritdoc cref="Encode(Span{byte}, ReadOnlySpan{byte})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Encode(Span<byte> to, long element)
    {
        if ((ulong)element < 0x80)
        {
            to[0] = (byte)element;
            to[1] = 1;
            return 2;
        }

        ListpackEncoding.Write(to, element);
        return SizeOf(element);
    }

    /// <summary>Takes in elements that were encoded in place, at <see cref="EndOf"/>: one write of the header for all of them.</summary>
    /// <param name="listpack">With the encoded elements, and room for the end mark behind them.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="elements">How many they are.</param>
    public static void Extend(Span<byte> listpack, int bytes, int elements)
    {
        int used = Bytes(listpack) + bytes;
        listpack[used - 1] = End;
        SetHeader(listpack, used, elements);
    }

    /// <summary>The bytes of the elements from <paramref name="from"/> up to <paramref name="to"/> (-1: all the rest).</summary>
    public static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> listpack, int from, int to = -1)
        => listpack[from..(to < 0 ? EndOf(listpack) : to)];

    /// <summary>Replaces an element.</summary>
    /// <param name="listpack">With room for the difference.</param>
    /// <param name="at">The element.</param>
    /// <param name="element">Must not point into the listpack.</param>
    public static void Replace(Span<byte> listpack, int at, ReadOnlySpan<byte> element)
    {
        if (NumberText.TryParse(element, out long integer))
        {
            Replace(listpack, at, integer);
            return;
        }

        MakeRoom(listpack, at, ListpackEncoding.SizeOfString(element.Length) - LengthAt(listpack, at), 0);
        ListpackEncoding.Write(listpack[at..], element);
    }

    /// <inheritdoc cref="Replace(Span{byte}, int, ReadOnlySpan{byte})"/>
    public static void Replace(Span<byte> listpack, int at, long element)
    {
        MakeRoom(listpack, at, SizeOf(element) - LengthAt(listpack, at), 0);
        ListpackEncoding.Write(listpack[at..], element);
    }

    /// <summary>Removes elements from <paramref name="at"/> on.</summary>
    /// <param name="listpack">The listpack.</param>
    /// <param name="at">The first to go.</param>
    /// <param name="count">How many; fewer where it ends before.</param>
    /// <returns>The element that stands there now; -1 at the end.</returns>
    public static int Remove(Span<byte> listpack, int at, int count = 1)
    {
        int end = at, removed = 0;
        while (removed < count && listpack[end] != End)
        {
            end += LengthAt(listpack, end);
            removed++;
        }

        int bytes = Bytes(listpack);
        listpack[end..bytes].CopyTo(listpack[at..]);
        SetHeader(listpack, bytes - (end - at), -removed);
        return listpack[at] == End ? -1 : at;
    }

    /// <summary>The first element from <paramref name="at"/> on with that text.</summary>
    /// <param name="listpack">The listpack.</param>
    /// <param name="at">Where to begin; -1 finds nothing.</param>
    /// <param name="text">What to look for.</param>
    /// <param name="skip">Elements to pass over between two that are compared: 1 looks at fields and not at values.</param>
    public static int Find(ReadOnlySpan<byte> listpack, int at, ReadOnlySpan<byte> text, int skip = 0)
    {
        if (at < 0) return -1;
        bool isInteger = NumberText.TryParse(text, out long integer);
        while (true)
        {
            byte first = listpack[at];
            int bytes;
            if (first is >= 0x80 and < 0xC0)
            {
                int length = first & 0x3F;
                if (length == text.Length && listpack.Slice(at + 1, length).SequenceEqual(text)) return at;
                bytes = length + 2;
            }
            else
            {
                ListpackElement element = ListpackEncoding.Read(listpack, at, out bytes);
                bool equal = element.IsInteger ? isInteger && element.Integer == integer : element.Bytes.SequenceEqual(text);
                if (equal) return at;
            }

            at += bytes;
            for (int i = 0; i < skip && listpack[at] != End; i++) at += LengthAt(listpack, at);
            if (listpack[at] == End) return -1;
        }
    }

    /// <summary>Replies with elements as bulk strings, in order.</summary>
    /// <param name="listpack">The listpack.</param>
    /// <param name="at">The first.</param>
    /// <param name="count">How many; they must be there.</param>
    /// <param name="reply">Where to.</param>
    /// <returns>The element behind the last; -1 at the end.</returns>
    public static int Reply(ReadOnlySpan<byte> listpack, int at, int count, ReplyWriter reply)
    {
        for (int i = 0; i < count; i++)
        {
            ListpackElement element = ListpackEncoding.Read(listpack, at, out int bytes);
            element.Reply(reply);
            at += bytes;
        }

        return listpack[at] == End ? -1 : at;
    }

    /// <summary>
    /// Whether bytes from outside make a listpack: every length within bounds, forwards and backwards, and the count right.
    /// </summary>
    /// <param name="bytes">All of them; trailing bytes are refused.</param>
    /// <param name="deep">Look at every element, not only at header and end.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool IsWellFormed(ReadOnlySpan<byte> bytes, bool deep = true)
    {
        if (bytes.Length < EmptyBytes || Bytes(bytes) != bytes.Length || bytes[^1] != End) return false;
        if (!deep) return true;
        int at = HeaderBytes, count = 0, end = bytes.Length - 1;
        while (at < end)
        {
            // Short strings, and numbers of one byte: nearly all that there is.
            int first = bytes[at];
            int quick = first < 0x80 ? 1 : first < 0xC0 ? 1 + (first & 0x3F) : int.MaxValue;
            if (quick < end - at)
            {
                if (bytes[at + quick] != quick) return false;
                at += quick + 1;
                count++;
                continue;
            }

            long length = ListpackEncoding.TryContentEnd(bytes[at..end]);
            if (length < 0 || length > end - at) return false;
            int back = ListpackEncoding.BackBytes((int)length);
            if (length + back > end - at || !ListpackEncoding.BackIs(bytes.Slice(at + (int)length, back), (int)length)) return false;
            at += (int)length + back;
            count++;
        }

        int stated = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        return at == end && (stated == CountUnknown || stated == count);
    }

    private static void MakeRoom(Span<byte> listpack, int at, int bytes, int elements)
    {
        int used = Bytes(listpack);
        Debug.Assert(listpack.Length >= used + bytes, "no room was made");
        int from = bytes < 0 ? at - bytes : at;
        if (bytes != 0) listpack[from..used].CopyTo(listpack[(from + bytes)..]);
        SetHeader(listpack, used + bytes, elements);
    }

    private static void SetHeader(Span<byte> listpack, int bytes, int difference)
    {
        BinaryPrimitives.WriteInt32LittleEndian(listpack, bytes);
        if (difference == 0) return;
        int count = BinaryPrimitives.ReadUInt16LittleEndian(listpack[4..]);

        // Once unknown it stays so until it is counted again, as in Redis.
        if (count == CountUnknown) return;
        count = Math.Min(count + difference, CountUnknown);
        BinaryPrimitives.WriteUInt16LittleEndian(listpack[4..], (ushort)count);
    }
}
