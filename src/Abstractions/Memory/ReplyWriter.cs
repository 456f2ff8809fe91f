using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Abstractions;

/// <summary>
/// Writes replies in RESP3 shapes; a client that speaks RESP2 gets the RESP2 form of the same shape. Writes straight into the client's
/// output memory: no allocation in steady state. Loop thread only.
/// </summary>
public sealed unsafe class ReplyWriter
{
    private readonly OutputBlocks _blocks;
    private byte* _at;
    private byte* _end;
    private OutputBlock? _first;
    private OutputBlock? _last;
    private long _sealed;

    internal ReplyWriter(OutputBlocks blocks) => _blocks = blocks;

    /// <summary>2 or 3. Changing it affects what is written from then on.</summary>
    public int Protocol { get; internal set; } = 2;

    /// <summary>Errors written since the count was last set; the server counts failed calls by it.</summary>
    internal int Errors;

    /// <summary>Prefix of the last error, for errorstats.</summary>
    internal Action<ReplyWriter, string>? ErrorWritten;

    /// <summary>Called when the reply needs one more block: the place to look at the output-buffer limit.</summary>
    internal Action? Grown;

    internal OutputBlock? First => _first;

    /// <summary>Bytes written and not yet sent.</summary>
    public long PendingBytes => _sealed + (_last is null ? 0 : _at - _last.Bytes - _last.Sent);

    /// <summary>Bytes of its blocks, used or not; of shared ones the part that it refers to.</summary>
    internal long MemoryBytes { get; private set; }

    /// <summary>Blocks in the queue.</summary>
    internal int BlockCount
    {
        get
        {
            int n = 0;
            for (OutputBlock? b = _first; b is not null; b = b.Next) n++;
            return n;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Room(int bytes)
    {
        if (_end - _at < bytes) NewBlock(bytes);
        return _at;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NewBlock(int bytes)
    {
        OutputBlock block = _blocks.Rent(Math.Max(bytes, 64));
        MemoryBytes += block.Capacity;
        if (_last is null)
        {
            _first = block;
        }
        else
        {
            _last.Length = (int)(_at - _last.Bytes);
            _sealed += _last.Length - _last.Sent;
            _last.Next = block;
            Grown?.Invoke();
        }

        _last = block;
        _at = block.Bytes;
        _end = block.Bytes + block.Capacity;
    }

    /// <summary>The next bytes to send; empty when everything is sent.</summary>
    internal ReadOnlySpan<byte> NextChunk()
    {
        if (_first is null) return default;
        int length = _first == _last ? (int)(_at - _first.Bytes) : _first.Length;
        return new ReadOnlySpan<byte>(_first.Bytes + _first.Sent, length - _first.Sent);
    }

    /// <summary>Notes that so many bytes of <see cref="NextChunk"/> were sent.</summary>
    internal void Advance(int sent)
    {
        OutputBlock block = _first!;
        block.Sent += sent;
        if (block == _last)
        {
            if (block.Sent != (int)(_at - block.Bytes)) return;
            _first = _last = null;
            _at = _end = null;
        }
        else
        {
            _sealed -= sent;
            if (block.Sent != block.Length) return;
            _first = block.Next;
        }

        MemoryBytes -= block.Capacity;
        _blocks.Return(block);
    }

    /// <summary>Throws everything away that was not sent.</summary>
    internal void Clear()
    {
        while (_first is { } block)
        {
            _first = block.Next;
            _blocks.Return(block);
        }

        _last = null;
        _at = _end = null;
        _sealed = MemoryBytes = 0;
    }

    /// <summary>+OK</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ok()
    {
        byte* p = Room(8);
        *(uint*)p = 0x0d4b4f2b;
        p[4] = (byte)'\n';
        _at = p + 5;
    }

    /// <summary>A simple string. Must not contain line ends.</summary>
    public void Simple(ReadOnlySpan<byte> text) => Line((byte)'+', text);

    /// <summary>An integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Integer(long value)
    {
        byte* p = Room(32);
        if ((ulong)value < 10)
        {
            *(uint*)p = (uint)(':' | (('0' + (int)value) << 8) | ('\r' << 16) | ('\n' << 24));
            _at = p + 4;
            return;
        }

        *p++ = (byte)':';
        p = NumberText.Write(p, value);
        *(ushort*)p = 0x0a0d;
        _at = p + 2;
    }

    /// <summary>A bulk string of any bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Bulk(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8192)
        {
            LongBulk(bytes);
            return;
        }

        byte* p = Room(bytes.Length + 32);
        p = BulkHeader(p, bytes.Length);
        Unsafe.CopyBlockUnaligned(ref *p, ref MemoryMarshal.GetReference(bytes), (uint)bytes.Length);
        p += bytes.Length;
        *(ushort*)p = 0x0a0d;
        _at = p + 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* BulkHeader(byte* p, int length)
    {
        if ((uint)length < NumberText.BulkHeaders)
        {
            ulong header = NumberText.BulkHeader(length);
            *(ulong*)p = header;
            return p + (int)(header >> 56);
        }

        *p++ = (byte)'$';
        p = NumberText.Write(p, length);
        *(ushort*)p = 0x0a0d;
        return p + 2;
    }

    private void LongBulk(ReadOnlySpan<byte> bytes)
    {
        byte* p = Room(32);
        _at = BulkHeader(p, bytes.Length);
        Copy(bytes);
        CrLf();
    }

    /// <summary>A bulk string holding a decimal integer.</summary>
    public void BulkInteger(long value)
    {
        byte* digits = stackalloc byte[24];
        int length = (int)(NumberText.Write(digits, value) - digits);
        Bulk(new ReadOnlySpan<byte>(digits, length));
    }

    /// <summary>Null: a missing value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Null()
    {
        byte* p = Room(8);
        if (Protocol == 2)
        {
            *(uint*)p = 0x0d312d24;
            p[4] = (byte)'\n';
            _at = p + 5;
            return;
        }

        *(uint*)p = 0x000a0d5f;
        _at = p + 3;
    }

    /// <summary>Null where RESP2 clients expect a null array.</summary>
    public void NullArray()
    {
        if (Protocol == 2) Raw("*-1\r\n"u8); else Null();
    }

    /// <summary>Starts an array of <paramref name="count"/> elements.</summary>
    public void Array(long count) => Header((byte)'*', count);

    /// <summary>Starts a map of <paramref name="pairs"/> keys and values; RESP2: an array of twice as many.</summary>
    public void Map(long pairs)
    {
        if (Protocol == 2) Header((byte)'*', pairs * 2); else Header((byte)'%', pairs);
    }

    /// <summary>Starts a set; RESP2: an array.</summary>
    public void Set(long count) => Header(Protocol == 2 ? (byte)'*' : (byte)'~', count);

    /// <summary>Starts an out-of-band message; RESP2: an array.</summary>
    public void Push(long count) => Header(Protocol == 2 ? (byte)'*' : (byte)'>', count);

    /// <summary>Starts an attribute of <paramref name="pairs"/>; RESP3 only.</summary>
    public void Attribute(long pairs)
    {
        Invariant.Check(Protocol == 3, "attributes exist in RESP3 only");
        Header((byte)'|', pairs);
    }

    /// <summary>A boolean; RESP2: 1 or 0.</summary>
    public void Boolean(bool value)
    {
        if (Protocol == 2) Integer(value ? 1 : 0); else Raw(value ? "#t\r\n"u8 : "#f\r\n"u8);
    }

    /// <summary>A double, formatted as Redis does (%.17g; inf, -inf, nan); RESP2: a bulk string.</summary>
    public void Double(double value)
    {
        byte* text = stackalloc byte[40];
        int length = NumberText.WriteDouble(new Span<byte>(text, 40), value);
        if (Protocol == 2) Bulk(new ReadOnlySpan<byte>(text, length)); else Line((byte)',', new ReadOnlySpan<byte>(text, length));
    }

    /// <summary>A big number given as decimal digits; RESP2: a bulk string.</summary>
    public void BigNumber(ReadOnlySpan<byte> digits)
    {
        if (Protocol == 2) Bulk(digits); else Line((byte)'(', digits);
    }

    /// <summary>Text with a three-letter format ("txt", "mkd"); RESP2: a bulk string.</summary>
    public void Verbatim(ReadOnlySpan<byte> format, ReadOnlySpan<byte> text)
    {
        if (Protocol == 2)
        {
            Bulk(text);
            return;
        }

        Header((byte)'=', text.Length + 4);
        Copy(format[..3]);
        Copy(":"u8);
        Copy(text);
        CrLf();
    }

    /// <summary>An error: "ERR …" or another upper-case code first. Line ends inside become spaces.</summary>
    public void Error(ReadOnlySpan<byte> text) => Error(text, false);

    /// <summary>An error.</summary>
    /// <param name="text">Code and text. Line ends inside become spaces.</param>
    /// <param name="isCounted">Whether errorstats have it already, because a script passes on the error of a command.</param>
    public void Error(ReadOnlySpan<byte> text, bool isCounted)
    {
        byte* p = Room(1);
        *p = (byte)'-';
        _at = p + 1;
        foreach (byte b in text)
        {
            p = Room(1);
            *p = b is (byte)'\r' or (byte)'\n' ? (byte)' ' : b;
            _at = p + 1;
        }

        CrLf();
        Errors++;
        if (!isCounted) ErrorWritten?.Invoke(this, ErrorCode(text));
    }

    private static string ErrorCode(ReadOnlySpan<byte> text)
    {
        int space = text.IndexOf((byte)' ');
        return System.Text.Encoding.Latin1.GetString(space < 0 ? text : text[..space]);
    }

    /// <summary>An error from text.</summary>
    public void Error(string text) => Error(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>The error for a key that holds another type.</summary>
    public void WrongType() => Error("WRONGTYPE Operation against a key holding the wrong kind of value"u8);

    /// <summary>The error for malformed options.</summary>
    public void SyntaxError() => Error("ERR syntax error"u8);

    /// <summary>The error for a number that is none.</summary>
    public void NotAnInteger() => Error("ERR value is not an integer or out of range"u8);

    /// <summary>The error for a double that is none.</summary>
    public void NotAFloat() => Error("ERR value is not a valid float"u8);

    /// <summary>Bytes that are already RESP in the client's protocol.</summary>
    public void Raw(ReadOnlySpan<byte> resp)
    {
        if (resp.Length <= 256)
        {
            byte* p = Room(resp.Length);
            Unsafe.CopyBlockUnaligned(ref *p, ref MemoryMarshal.GetReference(resp), (uint)resp.Length);
            _at = p + resp.Length;
            return;
        }

        Copy(resp);
    }

    /// <summary>
    /// Adds bytes of a shared block, without a copy where they follow on what was added last, or nothing waits to be sent.
    /// </summary>
    internal void Share(SharedBlock shared, byte* start, int length)
    {
        if (_last is null)
        {
            _first = _last = _blocks.Refer(shared, start);
        }
        else if (_last.Shared != shared || _at != start)
        {
            // Among other replies: a piece each would be a system call each.
            Raw(new ReadOnlySpan<byte>(start, length));
            return;
        }

        _at = _end = start + length;
        _last.Capacity += length;
        MemoryBytes += length;
    }

    /// <summary>
    /// Starts an aggregate whose length is known only afterwards; call <see cref="Finish"/> with it. Nested ones finish inside out.
    /// </summary>
    public DeferredLength Defer()
    {
        byte* p = Room(DeferredBytes);
        _at = p + DeferredBytes;
        return new DeferredLength(_last!, (int)(p - _last!.Bytes));
    }

    private const int DeferredBytes = 24;

    /// <summary>Writes the header of a deferred array, set or map.</summary>
    /// <param name="deferred">What <see cref="Defer"/> returned.</param>
    /// <param name="kind">The aggregate.</param>
    /// <param name="count">Elements, or pairs of a map.</param>
    public void Finish(DeferredLength deferred, Aggregate kind, long count)
    {
        byte* header = stackalloc byte[DeferredBytes];
        byte mark = (byte)'*';
        if (kind == Aggregate.Map) { if (Protocol == 2) count *= 2; else mark = (byte)'%'; }
        else if (kind == Aggregate.Set && Protocol == 3) mark = (byte)'~';
        else if (kind == Aggregate.Push && Protocol == 3) mark = (byte)'>';
        header[0] = mark;
        byte* h = NumberText.Write(header + 1, count);
        *(ushort*)h = 0x0a0d;
        int length = (int)(h + 2 - header);
        OutputBlock block = deferred.Block!;
        byte* hole = block.Bytes + deferred.Offset;
        byte* contentEnd = block == _last ? _at : block.Bytes + block.Length;
        byte* content = hole + DeferredBytes;
        Unsafe.CopyBlockUnaligned(hole, header, (uint)length);
        Buffer.MemoryCopy(content, hole + length, contentEnd - content, contentEnd - content);
        int saved = DeferredBytes - length;
        if (block == _last)
        {
            _at -= saved;
        }
        else
        {
            block.Length -= saved;
            _sealed -= saved;
        }
    }

    private void Header(byte mark, long count)
    {
        byte* p = Room(32);
        *p++ = mark;
        p = NumberText.Write(p, count);
        *(ushort*)p = 0x0a0d;
        _at = p + 2;
    }

    private void Line(byte mark, ReadOnlySpan<byte> text)
    {
        byte* p = Room(1);
        *p = mark;
        _at = p + 1;
        Copy(text);
        CrLf();
    }

    private void CrLf()
    {
        byte* p = Room(2);
        *(ushort*)p = 0x0a0d;
        _at = p + 2;
    }

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_end == _at) NewBlock(Math.Min(bytes.Length, 1 << 20));
            int n = (int)Math.Min(bytes.Length, _end - _at);
            bytes[..n].CopyTo(new Span<byte>(_at, n));
            _at += n;
            bytes = bytes[n..];
        }
    }
}

/// <summary>A place left free for the header of an aggregate.</summary>
public readonly struct DeferredLength
{
    internal DeferredLength(OutputBlock block, int offset)
    {
        Block = block;
        Offset = offset;
    }

    internal OutputBlock? Block { get; }

    internal int Offset { get; }
}

/// <summary>Kinds of aggregates for <see cref="ReplyWriter.Finish"/>.</summary>
public enum Aggregate
{
    /// <summary>An array.</summary>
    Array,

    /// <summary>A set.</summary>
    Set,

    /// <summary>A map.</summary>
    Map,

    /// <summary>A push message.</summary>
    Push,
}
