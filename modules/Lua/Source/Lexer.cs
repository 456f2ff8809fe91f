namespace ModularKv.Lua.Source;

/// <summary>
/// Cuts a source into tokens as Lua 5.1 does. What is broken (an unfinished string, a malformed number) becomes one token that goes to the
/// compiler as it stands, so that the error is the compiler's.
/// </summary>
internal ref struct Lexer(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _at;

    /// <summary>All tokens, the last of kind <see cref="TokenKind.End"/>.</summary>
    public static void Run(ReadOnlySpan<byte> source, List<Token> tokens)
    {
        var lexer = new Lexer(source);
        do
        {
            tokens.Add(lexer.Next());
        }
        while (tokens[^1].Kind != TokenKind.End);
    }

    /// <summary>Whether a word is reserved in Lua 5.1 (where <c>goto</c> is not).</summary>
    public static bool IsKeyword(ReadOnlySpan<byte> word) => word.Length switch
    {
        2 => word.SequenceEqual("do"u8) || word.SequenceEqual("if"u8) || word.SequenceEqual("in"u8) || word.SequenceEqual("or"u8),
        3 => word.SequenceEqual("and"u8) || word.SequenceEqual("end"u8) || word.SequenceEqual("for"u8) || word.SequenceEqual("nil"u8)
            || word.SequenceEqual("not"u8),
        4 => word.SequenceEqual("else"u8) || word.SequenceEqual("then"u8) || word.SequenceEqual("true"u8),
        5 => word.SequenceEqual("break"u8) || word.SequenceEqual("false"u8) || word.SequenceEqual("local"u8)
            || word.SequenceEqual("until"u8) || word.SequenceEqual("while"u8),
        6 => word.SequenceEqual("elseif"u8) || word.SequenceEqual("repeat"u8) || word.SequenceEqual("return"u8),
        8 => word.SequenceEqual("function"u8),
        _ => false,
    };

    private readonly byte Peek(int offset = 0) => _at + offset < _source.Length ? _source[_at + offset] : (byte)0;

    private Token Next()
    {
        SkipBlank();
        if (_at >= _source.Length) return new Token(TokenKind.End, _source.Length, 0);
        int start = _at;
        byte c = _source[_at];
        TokenKind kind;
        if (IsLetter(c))
        {
            while (IsLetter(Peek()) || char.IsAsciiDigit((char)Peek())) _at++;
            kind = IsKeyword(_source[start.._at]) ? TokenKind.Keyword : TokenKind.Name;
        }
        else if (char.IsAsciiDigit((char)c) || (c == '.' && char.IsAsciiDigit((char)Peek(1))))
        {
            ReadNumber();
            kind = TokenKind.Number;
        }
        else if (c is (byte)'"' or (byte)'\'')
        {
            ReadQuoted(c);
            kind = TokenKind.String;
        }
        else if (c == '[' && LongLevel(_at) is >= 0 and var level)
        {
            ReadLong(level);
            kind = TokenKind.String;
        }
        else
        {
            _at += OperatorLength(c);
            kind = TokenKind.Operator;
        }

        return new Token(kind, start, _at - start);
    }

    private static bool IsLetter(byte c) => char.IsAsciiLetter((char)c) || c == '_';

    private void SkipBlank()
    {
        while (_at < _source.Length)
        {
            byte c = _source[_at];
            if (c is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 11 or 12)
            {
                _at++;
            }
            else if (c == '-' && Peek(1) == '-')
            {
                _at += 2;
                if (Peek() == '[' && LongLevel(_at) is >= 0 and var level)
                {
                    ReadLong(level);
                    continue;
                }

                while (_at < _source.Length && _source[_at] is not ((byte)'\n' or (byte)'\r')) _at++;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Number of equals signs of a long bracket that opens here, or -1.</summary>
    private readonly int LongLevel(int at)
    {
        int i = at + 1;
        while (i < _source.Length && _source[i] == '=') i++;
        return i < _source.Length && _source[i] == '[' ? i - at - 1 : -1;
    }

    private void ReadLong(int level)
    {
        _at += level + 2;
        for (; _at < _source.Length; _at++)
        {
            if (_source[_at] != ']') continue;
            int i = _at + 1;
            while (i < _source.Length && _source[i] == '=') i++;
            if (i - _at - 1 != level || i >= _source.Length || _source[i] != ']') continue;
            _at = i + 1;
            return;
        }
    }

    private void ReadQuoted(byte quote)
    {
        _at++;
        while (_at < _source.Length)
        {
            byte c = _source[_at];
            if (c == quote)
            {
                _at++;
                return;
            }

            if (c is (byte)'\n' or (byte)'\r') return;
            if (c == '\\' && Peek(1) == '\r' && Peek(2) == '\n') _at++;
            _at += c == '\\' ? 2 : 1;
        }

        _at = _source.Length;
    }

    private void ReadNumber()
    {
        do
        {
            _at++;
        }
        while (char.IsAsciiDigit((char)Peek()) || Peek() == '.');
        if (Peek() is (byte)'e' or (byte)'E')
        {
            _at++;
            if (Peek() is (byte)'+' or (byte)'-') _at++;
        }

        while (IsLetter(Peek()) || char.IsAsciiDigit((char)Peek())) _at++;
    }

    private readonly int OperatorLength(byte c)
    {
        byte next = Peek(1);
        return c switch
        {
            (byte)'.' => next == '.' ? (Peek(2) == '.' ? 3 : 2) : 1,
            (byte)'=' or (byte)'<' or (byte)'>' or (byte)'~' => next == '=' ? 2 : 1,
            _ => 1,
        };
    }
}
