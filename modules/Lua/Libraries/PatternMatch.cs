namespace ModularKv.Lua.Libraries;

/// <summary>
/// Lua's patterns, for those that may take for ever: the library's own matcher cannot be interrupted, this one looks around every so many
/// steps. Source: lstrlib.c.
/// </summary>
/// <param name="text">Where to look.</param>
/// <param name="pattern">What for, without a leading anchor.</param>
/// <param name="starts">Room for <see cref="CapturesMax"/> numbers.</param>
/// <param name="lengths">Likewise.</param>
/// <param name="mustStop">Asked now and then: true gives up.</param>
internal ref struct PatternMatch(
    ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, Span<int> starts, Span<int> lengths, Func<bool> mustStop)
{
    /// <summary>Captures that a pattern may have.</summary>
    public const int CapturesMax = 32;

    /// <summary>The length of a capture that stands for its place.</summary>
    public const int Place = -2;

    /// <summary>The length of a capture that was not closed: an error for who asks for it.</summary>
    public const int Unfinished = -1;
    private const int None = -1;
    private const int DepthMax = 200;
    private const int StepsPerLook = 1 << 16;

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly ReadOnlySpan<byte> _pattern = pattern;
    private readonly Func<bool> _mustStop = mustStop;
    private int _depth;
    private long _steps;

    /// <summary>Where captures begin.</summary>
    public readonly Span<int> Starts { get; } = starts;

    /// <summary>How long they are, or <see cref="Place"/>.</summary>
    public readonly Span<int> Lengths { get; } = lengths;

    /// <summary>Number of captures of the last match.</summary>
    public int Captures { get; private set; }

    /// <summary>Why it failed, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>Looks for a match from a place on.</summary>
    /// <param name="from">The place.</param>
    /// <param name="isAnchored">Whether it must begin there.</param>
    /// <param name="end">Where the match ends.</param>
    /// <returns>Where it begins; -1: there is none, or <see cref="Error"/>.</returns>
    public int Find(int from, bool isAnchored, out int end)
    {
        for (int start = from; start <= _text.Length; start++)
        {
            Captures = 0;
            _depth = 0;
            end = Match(start, 0);
            if (Error is not null) return None;
            if (end != None) return start;
            if (isAnchored) break;
        }

        end = None;
        return None;
    }

    private int Fail(string error)
    {
        Error ??= error;
        return None;
    }

    private readonly byte At(int p) => p < _pattern.Length ? _pattern[p] : (byte)0;

    private bool Step(int count = 1)
    {
        _steps += count;
        if (_steps < StepsPerLook) return Error is null;
        _steps = 0;
        if (_mustStop()) Fail("stopped");
        return Error is null;
    }

    private int Match(int s, int p)
    {
        if (++_depth > DepthMax) return Fail("pattern too complex");
        while (p < _pattern.Length)
        {
            if (!Step()) return None;
            bool goesOn;
            switch (_pattern[p])
            {
                case (byte)'(':
                    s = At(p + 1) == ')' ? StartCapture(s, p + 2, Place) : StartCapture(s, p + 1, Unfinished);
                    goesOn = false;
                    break;
                case (byte)')':
                    s = EndCapture(s, p + 1);
                    goesOn = false;
                    break;
                case (byte)'$' when p + 1 == _pattern.Length:
                    if (s != _text.Length) s = None;
                    goesOn = false;
                    break;
                case (byte)'%' when At(p + 1) is (byte)'b' or (byte)'f' or (>= (byte)'0' and <= (byte)'9'):
                    goesOn = Special(ref s, ref p);
                    break;
                default:
                    goesOn = Item(ref s, ref p);
                    break;
            }

            if (!goesOn) break;
        }

        _depth--;
        return Error is null ? s : None;
    }

    /// <summary>%b, %f and back references; true: the match goes on behind.</summary>
    private bool Special(ref int s, ref int p)
    {
        switch (At(p + 1))
        {
            case (byte)'b':
                s = Balance(s, p + 2);
                p += 4;
                return s != None;
            case (byte)'f':
                p += 2;
                if (At(p) != '[')
                {
                    s = Fail("missing '[' after '%f' in pattern");
                    return false;
                }

                int end = ClassEnd(p);
                byte before = s == 0 ? (byte)0 : _text[s - 1];
                byte behind = s < _text.Length ? _text[s] : (byte)0;
                bool isFrontier = Error is null && !InSet(before, p, end - 1) && InSet(behind, p, end - 1);
                if (!isFrontier) s = None;
                p = end;
                return isFrontier;
            default:
                s = Repeated(s, At(p + 1));
                p += 2;
                return s != None;
        }
    }

    /// <summary>A single class with what may follow it; true: the match goes on behind.</summary>
    private bool Item(ref int s, ref int p)
    {
        int end = ClassEnd(p);
        if (Error is not null)
        {
            s = None;
            return false;
        }

        byte suffix = At(end);
        if (suffix == '*' || suffix == '+')
        {
            s = suffix == '*' ? Most(s, p, end) : IsSingle(s, p, end) ? Most(s + 1, p, end) : None;
            return false;
        }

        if (suffix == '-')
        {
            s = Least(s, p, end);
            return false;
        }

        if (suffix == '?')
        {
            int rest = IsSingle(s, p, end) ? Match(s + 1, end + 1) : None;
            p = end + 1;
            if (rest == None) return Error is null;
            s = rest;
            return false;
        }

        bool fits = IsSingle(s, p, end);
        s = fits ? s + 1 : None;
        p = end;
        return fits;
    }

    private int Most(int s, int p, int end)
    {
        int count = 0;
        while (IsSingle(s + count, p, end)) count++;
        if (!Step(count)) return None;
        for (; count >= 0; count--)
        {
            int result = Match(s + count, end + 1);
            if (result != None || Error is not null) return result;
        }

        return None;
    }

    private int Least(int s, int p, int end)
    {
        while (true)
        {
            int result = Match(s, end + 1);
            if (result != None || Error is not null) return result;
            if (!IsSingle(s, p, end)) return None;
            s++;
        }
    }

    private int StartCapture(int s, int p, int length)
    {
        if (Captures >= CapturesMax) return Fail("too many captures");
        Starts[Captures] = s;
        Lengths[Captures++] = length;
        int result = Match(s, p);
        if (result == None) Captures--;
        return result;
    }

    private int EndCapture(int s, int p)
    {
        int open = Lengths[..Captures].LastIndexOf(Unfinished);
        if (open < 0) return Fail("invalid pattern capture");
        Lengths[open] = s - Starts[open];
        int result = Match(s, p);
        if (result == None) Lengths[open] = Unfinished;
        return result;
    }

    private int Balance(int s, int p)
    {
        if (p + 1 >= _pattern.Length) return Fail("unbalanced pattern");
        byte opens = _pattern[p];
        byte closes = _pattern[p + 1];
        if (s >= _text.Length || _text[s] != opens) return None;
        int depth = 1;
        int at = s + 1;
        for (; at < _text.Length; at++)
        {
            if (_text[at] == closes)
            {
                if (--depth == 0) break;
            }
            else if (_text[at] == opens)
            {
                depth++;
            }
        }

        return Step(at - s) && at < _text.Length ? at + 1 : None;
    }

    private int Repeated(int s, byte digit)
    {
        int number = digit - '1';
        if (number < 0 || number >= Captures || Lengths[number] == Unfinished) return Fail("invalid capture index");
        int length = Math.Max(Lengths[number], 0);
        bool fits = _text.Length - s >= length && _text.Slice(Starts[number], length).SequenceEqual(_text.Slice(s, length));
        return Step(length) && fits ? s + length : None;
    }

    private int ClassEnd(int p)
    {
        byte c = _pattern[p++];
        if (c == '%')
        {
            if (p < _pattern.Length) return p + 1;
            Fail("malformed pattern (ends with '%')");
            return p;
        }

        if (c != '[') return p;
        if (At(p) == '^') p++;
        do
        {
            if (p >= _pattern.Length)
            {
                Fail("malformed pattern (missing ']')");
                return p;
            }

            if (_pattern[p++] == '%' && p < _pattern.Length) p++;
        }
        while (At(p) != ']' || p >= _pattern.Length);
        return p + 1;
    }

    private readonly bool IsSingle(int s, int p, int end)
    {
        if (s >= _text.Length) return false;
        byte c = _text[s];
        return _pattern[p] switch
        {
            (byte)'.' => true,
            (byte)'%' => IsOfClass(c, _pattern[p + 1]),
            (byte)'[' => InSet(c, p, end - 1),
            byte one => one == c,
        };
    }

    /// <param name="c">The byte.</param>
    /// <param name="p">Where the set's opening bracket is.</param>
    /// <param name="end">Where its closing one is.</param>
    private readonly bool InSet(byte c, int p, int end)
    {
        bool isIn = true;
        if (At(p + 1) == '^')
        {
            isIn = false;
            p++;
        }

        while (++p < end)
        {
            if (_pattern[p] == '%')
            {
                p++;
                if (IsOfClass(c, _pattern[p])) return isIn;
            }
            else if (At(p + 1) == '-' && p + 2 < end)
            {
                p += 2;
                if (_pattern[p - 2] <= c && c <= _pattern[p]) return isIn;
            }
            else if (_pattern[p] == c)
            {
                return isIn;
            }
        }

        return !isIn;
    }

    private static bool IsOfClass(byte c, byte name)
    {
        char one = (char)c;
        bool isOf;
        switch (name | 0x20)
        {
            case 'a': isOf = char.IsAsciiLetter(one); break;
            case 'c': isOf = c < 32 || c == 127; break;
            case 'd': isOf = char.IsAsciiDigit(one); break;
            case 'g': isOf = c is > 32 and < 127; break;
            case 'l': isOf = char.IsAsciiLetterLower(one); break;
            case 'p': isOf = c is > 32 and < 127 && !char.IsAsciiLetterOrDigit(one); break;
            case 's': isOf = c is (>= 9 and <= 13) or 32; break;
            case 'u': isOf = char.IsAsciiLetterUpper(one); break;
            case 'w': isOf = char.IsAsciiLetterOrDigit(one); break;
            case 'x': isOf = char.IsAsciiHexDigit(one); break;
            default: return name == c;
        }

        return char.IsAsciiLetterUpper((char)name) ? !isOf : isOf;
    }
}
