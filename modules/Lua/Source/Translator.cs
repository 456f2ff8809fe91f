using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ModularKv.Lua.Source;

/// <summary>
/// Writes a Lua 5.1 source so that Lua 5.4 runs it with the meaning of 5.1, line for line.
/// <list type="bullet">
/// <item>Whole numbers become floats (<c>1</c> → <c>1.0</c>): every number is a double, as in 5.1.</item>
/// <item>An operand of <c>..</c> that is no literal becomes <c>(x&lt;&lt;nil)</c>, which a metamethod turns into the text that 5.1 writes
/// for a number (5.4 writes <c>1.0</c>); for a string it is the identity, for all else the error, which names the variable. 5.1 has no such
/// operator that it could be mistaken for.</item>
/// <item><c>a % b</c> of plain names becomes <c>(a - a // b * b)</c>: what 5.1 computes, and twice as fast as the C library's fmod.</item>
/// <item>A function that returns a call gets a to-be-closed variable, which forbids the tail call: 5.1 keeps the caller of a C function in
/// the error's place, and our functions are Lua functions around callbacks.</item>
/// <item>Escapes that 5.4 refuses, <c>goto</c> as a name; and operators that 5.1 does not have are kept from meaning something.</item>
/// </list>
/// </summary>
internal sealed class Translator
{
    /// <summary>Keeps 5.4 from making tail calls.</summary>
    public const string CloseMark = " local __ <close> = nil ";

    private readonly List<Token> _tokens = [];
    private readonly List<byte> _output = [];
    private readonly List<Segment> _levels = [];
    private readonly List<bool> _blocks = [];
    private readonly List<Function> _functions = [];
    private byte[] _source = [];

    /// <summary>The character that stands for an operator unknown to 5.1, in what <see cref="Run"/> wrote: it compiles nowhere.</summary>
    public const char Stranger = '@';

    /// <summary>What <see cref="Stranger"/> stood for last, 0 when there was none.</summary>
    public char Replaced { get; private set; }

    /// <summary>A complaint of 5.1's that 5.4 does not have, with the line in front; or null.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Translates. The result is good until the next run.</summary>
    public ReadOnlySpan<byte> Run(ReadOnlySpan<byte> source)
    {
        _source = source.ToArray();
        _tokens.Clear();
        _output.Clear();
        _levels.Clear();
        _blocks.Clear();
        _functions.Clear();
        Replaced = '\0';
        Complaint = null;
        Lexer.Run(_source, _tokens);
        _levels.Add(default);
        _functions.Add(new Function { Body = 0, ReturnAt = -1 });
        int end = 0;
        for (int i = 0; i < _tokens.Count; i++)
        {
            Token token = _tokens[i];
            bool afterValue = i > 0 && EndsValue(_tokens[i - 1]);
            bool isBoundary = CloseOperand(i, afterValue);
            _output.AddRange(_source.AsSpan(end, token.Start - end));
            if (IsAmbiguousCall(i, afterValue, _source.AsSpan(end, token.Start - end))) Complain(i);
            int next = Write(i, isBoundary && token.Kind != TokenKind.Name);
            if (next > i)
            {
                i = next;
                token = _tokens[i];
            }

            end = token.Start + token.Length;
            Track(i, afterValue);
        }

        if (_functions[0].NeedsMark) _output.InsertRange(0, Encoding.ASCII.GetBytes(CloseMark));
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_output);
    }

    /// <summary>What 5.1 says of a <c>break</c> outside a loop, with the line in front; 5.4 does not say where it stands.</summary>
    /// <param name="line">The line that 5.4 names.</param>
    public string StrayBreak(int line)
    {
        int i = 0;
        while (i < _tokens.Count - 1 && !(Is(i, "break"u8) && LineOf(i) >= line)) i++;
        int next = Math.Min(i + 1, _tokens.Count - 1);
        string text = _tokens[next].Kind == TokenKind.End ? "<eof>" : Encoding.Latin1.GetString(Text(next));
        return $"{LineOf(next)}: no loop to break near '{text}'";
    }

    private int LineOf(int token) => 1 + _source.AsSpan(0, _tokens[token].Start).Count((byte)'\n');

    private ReadOnlySpan<byte> Text(int token) => _source.AsSpan(_tokens[token].Start, _tokens[token].Length);

    private bool Is(int token, ReadOnlySpan<byte> text)
        => token >= 0 && _tokens[token].Kind is TokenKind.Operator or TokenKind.Keyword && Text(token).SequenceEqual(text);

    private bool EndsValue(Token token) => token.Kind switch
    {
        TokenKind.Name or TokenKind.Number or TokenKind.String => true,
        TokenKind.Keyword => _source[token.Start] switch
        {
            (byte)'n' => token.Length == 3 && _source[token.Start + 1] == 'i',
            (byte)'t' => token.Length == 4 && _source[token.Start + 1] == 'r',
            (byte)'f' => token.Length == 5,
            (byte)'e' => token.Length == 3,
            _ => false,
        },
        TokenKind.Operator => (_source[token.Start] is (byte)')' or (byte)']' or (byte)'}') || token.Length == 3,
        _ => false,
    };

    /// <summary>Ends the operand of a concatenation in front of a token that is not part of it.</summary>
    private bool CloseOperand(int i, bool afterValue)
    {
        Segment level = _levels[^1];
        bool isConcatenation = Is(i, ".."u8);
        if (!isConcatenation && !EndsOperand(i, afterValue)) return false;
        if ((isConcatenation || level.IsConcatenated) && level.Tokens > 0 && !(level.Tokens == 1 && level.IsString))
        {
            _output.Insert(level.Start, (byte)'(');
            _output.AddRange("<<nil)"u8);
        }

        _levels[^1] = new Segment { IsConcatenated = isConcatenation, IsFresh = true, IsTable = level.IsTable };
        return true;
    }

    private bool EndsOperand(int i, bool afterValue)
    {
        Token token = _tokens[i];
        ReadOnlySpan<byte> text = Text(i);
        switch (token.Kind)
        {
            case TokenKind.End:
                return true;
            case TokenKind.Name:
            case TokenKind.Number:
                return afterValue;
            case TokenKind.String:
                return false;
            case TokenKind.Keyword:
                return !(text.SequenceEqual("not"u8) || EndsValueAtom(text)) || (afterValue && !text.SequenceEqual("not"u8));
            default:
                return text[0] switch
                {
                    (byte)'=' or (byte)'<' or (byte)'>' or (byte)',' or (byte)';' or (byte)')' or (byte)']' or (byte)'}' => true,
                    (byte)'~' => true,
                    _ => false,
                };
        }
    }

    private static bool EndsValueAtom(ReadOnlySpan<byte> keyword)
        => keyword.SequenceEqual("nil"u8) || keyword.SequenceEqual("true"u8) || keyword.SequenceEqual("false"u8);

    /// <summary>Writes one token, or several at once.</summary>
    /// <returns>The last token written.</returns>
    private int Write(int i, bool isBoundary)
    {
        Token token = _tokens[i];
        if (_levels[^1].IsFresh && !isBoundary)
        {
            // Behind the blanks: a bracket in front of them could turn into the call of what stands before.
            Segment level = _levels[^1];
            level.Start = _output.Count;
            level.IsFresh = false;
            _levels[^1] = level;
        }

        switch (token.Kind)
        {
            case TokenKind.Number:
                if (TryModulo(i)) return i + 2;
                WriteNumber(Text(i));
                break;
            case TokenKind.String:
                WriteString(Text(i));
                break;
            case TokenKind.Name:
                if (TryModulo(i)) return i + 2;
                WriteName(i);
                break;
            case TokenKind.Operator:
                WriteOperator(i);
                break;
            default:
                _output.AddRange(Text(i));
                break;
        }

        return i;
    }

    private void WriteName(int i)
    {
        if (!Text(i).SequenceEqual("goto"u8))
        {
            _output.AddRange(Text(i));
        }
        else if (Is(i - 1, "."u8))
        {
            _output[^1] = (byte)' ';
            _output.AddRange("[\"goto\"]"u8);
        }
        else if (_levels[^1].IsTable && Is(i + 1, "="u8))
        {
            _output.AddRange("[\"goto\"]"u8);
        }
        else
        {
            _output.AddRange("goto_"u8);
        }
    }

    private void WriteNumber(ReadOnlySpan<byte> text)
    {
        if (text.Length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x')
        {
            if (Utf8Parser.TryParse(text[2..], out ulong value, out int used, 'x') && used == text.Length - 2)
            {
                _output.AddRange(Encoding.ASCII.GetBytes(((double)value).ToString("R", CultureInfo.InvariantCulture)));
                if (value < 1_000_000_000_000_000) _output.AddRange(".0"u8);
                return;
            }

            _output.AddRange(text);
            return;
        }

        _output.AddRange(text);
        if (text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0) _output.AddRange(".0"u8);
    }

    /// <summary>A quoted string, with the escapes that 5.4 reads otherwise than 5.1 (which takes the character itself).</summary>
    private void WriteString(ReadOnlySpan<byte> text)
    {
        if (text[0] == '[')
        {
            _output.AddRange(text);
            return;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 >= text.Length)
            {
                _output.Add(text[i]);
                continue;
            }

            byte escaped = text[++i];
            if (escaped is (byte)'a' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t' or (byte)'v'
                or (byte)'\\' or (byte)'"'
                or (byte)'\'' or (byte)'\n' or (byte)'\r' || char.IsAsciiDigit((char)escaped))
            {
                _output.Add((byte)'\\');
            }

            _output.Add(escaped);
        }
    }

    private void WriteOperator(int i)
    {
        ReadOnlySpan<byte> text = Text(i);
        bool adjoins = i + 1 < _tokens.Count && _tokens[i + 1].Length > 0 && _tokens[i + 1].Start == _tokens[i].Start + text.Length;
        if (text.Length == 1 && (text[0] is (byte)'&' or (byte)'|' or (byte)'~' || IsAttribute(i, text[0])))
        {
            Replaced = (char)text[0];
            _output.Add((byte)Stranger);
            return;
        }

        _output.AddRange(text);
        // 5.4 would read //, <<, >> and :: as one token.
        if (adjoins && text.Length == 1 && text[0] is (byte)'/' or (byte)'<' or (byte)'>' or (byte)':' && text[0] == Text(i + 1)[0])
        {
            _output.Add((byte)' ');
        }

    }

    private bool IsAttribute(int i, byte c)
    {
        if (c != '<' || i < 2 || _tokens[i - 1].Kind != TokenKind.Name) return false;
        int first = i - 1;
        while (first >= 2 && Is(first - 1, ","u8) && _tokens[first - 2].Kind == TokenKind.Name) first -= 2;
        return Is(first - 1, "local"u8);
    }

    /// <summary>Writes <c>a % b</c> where both are plain, and nothing that binds tighter stands around them.</summary>
    private bool TryModulo(int i)
    {
        if (i + 3 >= _tokens.Count || !Is(i + 1, "%"u8) || _tokens[i + 2].Kind is not (TokenKind.Name or TokenKind.Number)) return false;
        if (!IsLooseBefore(i) || !IsLooseBehind(i + 3)) return false;
        ReadOnlySpan<byte> whole = _source.AsSpan(_tokens[i].Start, _tokens[i + 2].Start - _tokens[i].Start);
        if (whole.IndexOfAny("\n\r-"u8) >= 0 || Text(i).SequenceEqual("goto"u8) || Text(i + 2).SequenceEqual("goto"u8)) return false;
        _output.Add((byte)'(');
        WritePlain(i);
        _output.AddRange(" - "u8);
        WritePlain(i);
        _output.AddRange(" // "u8);
        WritePlain(i + 2);
        _output.AddRange(" * "u8);
        WritePlain(i + 2);
        _output.Add((byte)')');
        return true;
    }

    private void WritePlain(int i)
    {
        if (_tokens[i].Kind == TokenKind.Number) WriteNumber(Text(i));
        else _output.AddRange(Text(i));
    }

    private bool IsLooseBefore(int i)
    {
        if (i == 0) return false;
        ReadOnlySpan<byte> text = Text(i - 1);
        if (_tokens[i - 1].Kind == TokenKind.Keyword)
        {
            return text.SequenceEqual("return"u8) || text.SequenceEqual("and"u8) || text.SequenceEqual("or"u8) || text.SequenceEqual("if"u8)
                || text.SequenceEqual("while"u8) || text.SequenceEqual("until"u8) || text.SequenceEqual("elseif"u8);
        }

        if (_tokens[i - 1].Kind != TokenKind.Operator) return false;
        return text[0] switch
        {
            (byte)'=' or (byte)'(' or (byte)',' or (byte)'[' or (byte)'{' or (byte)'<' or (byte)'>' or (byte)'+' => true,
            (byte)'.' or (byte)'~' => text.Length == 2,
            (byte)'-' => i >= 2 && EndsValue(_tokens[i - 2]),
            _ => false,
        };
    }

    private bool IsLooseBehind(int i)
        => _tokens[i].Kind != TokenKind.String
            && (_tokens[i].Kind != TokenKind.Operator || Text(i)[0] is not ((byte)'[' or (byte)'(' or (byte)':' or (byte)'{' or (byte)'^')
                && !(Text(i)[0] == '.' && Text(i).Length == 1));

    /// <summary>Keeps account of brackets, blocks and returns behind a token that was written.</summary>
    private void Track(int i, bool afterValue)
    {
        Token token = _tokens[i];
        ReadOnlySpan<byte> text = Text(i);
        if (token.Kind == TokenKind.Operator)
        {
            TrackOperator(i, text[0]);
        }
        else if (token.Kind is TokenKind.Keyword or TokenKind.End)
        {
            TrackBlock(i, text);
            if (EndsOperand(i, afterValue)) return;
            CountToken(isString: false);
        }
        else
        {
            CountToken(token.Kind == TokenKind.String);
        }
    }

    private void TrackOperator(int i, byte c)
    {
        switch (c)
        {
            case (byte)'(':
            case (byte)'[':
            case (byte)'{':
                CountToken(isString: false);
                _levels.Add(new Segment { IsFresh = true, IsTable = c == '{' });
                return;
            case (byte)')':
            case (byte)']':
            case (byte)'}':
                if (_levels.Count > 1) _levels.RemoveAt(_levels.Count - 1);
                CountToken(isString: false);
                Function function = _functions[^1];
                if (c == ')' && function.Body < 0)
                {
                    function.Body = _output.Count;
                    _functions[^1] = function;
                }

                return;
            case (byte)';':
                EndReturn(i);
                return;
            case (byte)',':
            case (byte)'=':
            case (byte)'<':
            case (byte)'>':
            case (byte)'~':
                return;
            default:
                if (!Is(i, ".."u8)) CountToken(isString: false);
                return;
        }
    }

    private void TrackBlock(int i, ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("function"u8))
        {
            _functions.Add(new Function { Body = -1, ReturnAt = -1 });
            _blocks.Add(true);
        }
        else if (text.SequenceEqual("if"u8) || text.SequenceEqual("do"u8) || text.SequenceEqual("repeat"u8))
        {
            _blocks.Add(false);
        }
        else if (text.SequenceEqual("return"u8))
        {
            Function function = _functions[^1];
            function.ReturnAt = i;
            _functions[^1] = function;
        }
        else if (text.Length == 0 || text.SequenceEqual("else"u8) || text.SequenceEqual("elseif"u8))
        {
            EndReturn(i);
        }
        else if (text.SequenceEqual("end"u8) || text.SequenceEqual("until"u8))
        {
            EndReturn(i);
            EndBlock();
        }
    }

    private void EndBlock()
    {
        if (_blocks.Count == 0) return;
        bool isFunction = _blocks[^1];
        _blocks.RemoveAt(_blocks.Count - 1);
        if (!isFunction) return;
        Function function = _functions[^1];
        _functions.RemoveAt(_functions.Count - 1);
        if (function.NeedsMark && function.Body >= 0) _output.InsertRange(function.Body, Encoding.ASCII.GetBytes(CloseMark));
    }

    /// <summary>A return statement ended in front of this token: would 5.4 make a tail call of it?</summary>
    private void EndReturn(int i)
    {
        Function function = _functions[^1];
        if (function.ReturnAt < 0 || i == 0) return;
        bool isCall = Is(i - 1, ")"u8) || (_tokens[i - 1].Kind == TokenKind.String && function.ReturnAt < i - 2)
            || (Is(i - 1, "}"u8) && !Is(function.ReturnAt + 1, "{"u8));
        function.NeedsMark |= isCall;
        function.ReturnAt = -1;
        _functions[^1] = function;
    }

    private void CountToken(bool isString)
    {
        Segment level = _levels[^1];
        level.Tokens++;
        level.IsString = isString;
        _levels[^1] = level;
    }

    private bool IsAmbiguousCall(int i, bool afterValue, ReadOnlySpan<byte> gap)
        => Complaint is null && afterValue && Is(i, "("u8)
            && (_tokens[i - 1].Kind == TokenKind.Name || Is(i - 1, ")"u8) || Is(i - 1, "]"u8))
            && gap.IndexOfAny((byte)'\n', (byte)'\r') >= 0;

    private void Complain(int token)
    {
        Complaint = $"{LineOf(token)}: ambiguous syntax (function call x new statement) near '('";
    }

    /// <summary>The expression that is being written inside one pair of brackets, as far as operands of <c>..</c> go.</summary>
    private struct Segment
    {
        public int Start;
        public int Tokens;
        public bool IsFresh;
        public bool IsString;
        public bool IsConcatenated;
        public bool IsTable;
    }

    private struct Function
    {
        public int Body;
        public int ReturnAt;
        public bool NeedsMark;
    }
}
