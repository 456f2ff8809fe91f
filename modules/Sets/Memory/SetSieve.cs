using System.Runtime.CompilerServices;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Sets;

/// <summary>
/// The members of one set that all of some other sets have, or that none of them has. Where they are tables, a second walk runs some
/// members ahead, hashes them and asks the processor for the buckets that will be looked at.
/// </summary>
internal unsafe ref struct SetSieve
{
    // As many as memory can fetch at a time; a power of two.
    private const int Ahead = 16;

    private readonly Span<SetView> _others;
    private readonly bool _inAll;
    private readonly bool _onlyIntegers;
    private readonly bool _hashes;
    private SetWalk _walk;
    private SetWalk _ahead;
    private fixed ulong _hashRing[Ahead];
    private uint _walked;
    private uint _hashed;
    private bool _aheadDone;
    private fixed byte _digits[NumberText.IntegerBytesMax];

    /// <param name="first">The set to walk.</param>
    /// <param name="others">The sets to ask; they are written to.</param>
    /// <param name="inAll">Keep what all have; otherwise what none has.</param>
    public SetSieve(SetView first, Span<SetView> others, bool inAll)
    {
        _others = others;
        _inAll = inAll;
        _walk = new SetWalk(first);
        _ahead = new SetWalk(first);
        _onlyIntegers = first.Encoding == SetEncoding.IntSet;
        foreach (ref SetView other in others)
        {
            other.Cursor = 0;
            if (other.IsMissing) continue;
            _onlyIntegers &= other.Encoding == SetEncoding.IntSet;
            _hashes |= other.Encoding == SetEncoding.Table;
        }
    }

    /// <summary>The next member that passes. Borrowed until the next call.</summary>
    public bool MoveNext(out SetMember member)
    {
        while (true)
        {
            if (_hashes) HashAhead();
            if (!_walk.MoveNext(out member)) return false;
            if (_onlyIntegers ? Passes(member.Integer) : Passes(member)) return true;
        }
    }

    private readonly bool Passes(long integer)
    {
        foreach (ref SetView other in _others)
        {
            if (!other.IsMissing && other.ContainsNext(integer) != _inAll) return false;
        }

        return true;
    }

    private bool Passes(scoped SetMember member)
    {
        ulong hash = _hashRing[_walked++ & (Ahead - 1)];
        fixed (byte* digits = _digits)
        {
            ReadOnlySpan<byte> text = TextOf(member, digits);
            foreach (ref SetView other in _others)
            {
                if (!other.IsMissing && other.Contains(text, hash) != _inAll) return false;
            }
        }

        return true;
    }

    private void HashAhead()
    {
        while (!_aheadDone && _hashed - _walked < Ahead)
        {
            if (!_ahead.MoveNext(out SetMember member))
            {
                _aheadDone = true;
                return;
            }

            ulong hash;
            fixed (byte* digits = _digits) hash = KeyHash.Compute(TextOf(member, digits));
            _hashRing[_hashed++ & (Ahead - 1)] = hash;
            foreach (ref SetView other in _others)
            {
                if (!other.IsMissing && other.Encoding == SetEncoding.Table) other.Table.Prefetch(hash);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> TextOf(SetMember member, byte* digits) =>
        member.Text(new Span<byte>(digits, NumberText.IntegerBytesMax));
}
