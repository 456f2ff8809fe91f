namespace ModularKv.JavaScript.Source;

/// <summary>
/// Cuts a source into tokens; knows comments, strings, escapes, and where a slash begins a regular expression. Its text is bytes, one
/// character each. Stops at the first token that no ECMAScript 5 source can have and says what it is.
/// </summary>
internal sealed class Tokenizer(string source)
{
    // Longest first. What is not ECMAScript 5 is known too, so that it can be named.
    private static readonly string[] Marks =
    [
        ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.",
        "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**",
    ];

    // After these words an expression begins: a slash is a regular expression there.
    private static readonly HashSet<string> BeforeExpression =
    [
        "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "instanceof", "yield", "await",
    ];

    // The parentheses behind these words are followed by a statement, not by an operator.
    private static readonly HashSet<string> BeforeHead = ["if", "while", "for", "with"];

    private readonly Stack<bool> _parentheses = [];
    private int _at;
    private int _line = 1;
    private int _lineStart;
    private bool _expectsOperand = true;
    private bool _isHead;
    private bool _isProperty;

    /// <summary>Why the source cannot be cut further, or null.</summary>
    public SourceError? Error { get; private set; }

    /// <summary>The characters of a token.</summary>
    public ReadOnlySpan<char> Text(in Token token) => source.AsSpan(token.Start, token.Length);

    /// <summary>The next token; <see cref="TokenKind.End"/> at the end or at an error.</summary>
    public Token Next()
    {
        bool lineEnded = SkipBlank();
        if (Error != null || _at >= source.Length) return new Token(TokenKind.End, source.Length, 0, _line, Column, lineEnded);
        int start = _at, line = _line, column = Column;
        TokenKind kind = Scan(source[_at]);
        if (Error != null) return new Token(TokenKind.End, start, 0, line, column, lineEnded);
        Token token = new(kind, start, _at - start, line, column, lineEnded);
        Follow(token);
        return token;
    }

    private int Column => _at - _lineStart + 1;

    private TokenKind Scan(char c)
    {
        if (IsWordStart(c)) return Word();
        if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1]))) return Number();
        if (c is '"' or '\'') return Quoted(c);
        if (c == '`') return Refuse("template literals");
        if (c == '/' && _expectsOperand) return Regex();
        if (c == '#') return Refuse("private names");
        if (c == '<' && source.AsSpan(_at).StartsWith("<!--")) return Fail("comments of HTML are not allowed");
        if (c == '-' && source.AsSpan(_at).StartsWith("-->")) return Fail("comments of HTML are not allowed");
        foreach (string mark in Marks)
        {
            if (!source.AsSpan(_at).StartsWith(mark)) continue;

            // a?.5:b is a conditional with a number.
            if (mark == "?." && _at + 2 < source.Length && char.IsAsciiDigit(source[_at + 2])) continue;
            _at += mark.Length;
            return TokenKind.Mark;
        }

        if (!"{}()[];,<>+-*/%&|^!~?:=.".Contains(c)) return Fail($"unexpected character '{Show(c)}'");
        _at++;
        return TokenKind.Mark;
    }

    /// <summary>What the token says about a slash that may follow.</summary>
    private void Follow(in Token token)
    {
        ReadOnlySpan<char> text = Text(token);
        bool wasProperty = _isProperty;
        bool wasHead = _isHead;
        _isProperty = _isHead = false;
        switch (token.Kind)
        {
            case TokenKind.Word:
                string word = text.ToString();
                _expectsOperand = !wasProperty && BeforeExpression.Contains(word);
                _isHead = !wasProperty && BeforeHead.Contains(word);
                break;
            case TokenKind.Mark:
                _isProperty = text is ".";
                if (text is "(") _parentheses.Push(wasHead);
                _expectsOperand = text switch
                {
                    ")" => _parentheses.TryPop(out bool head) && head,

                    // Behind a block a regular expression would be a statement of its own; behind an object literal it is a division.
                    // Neither occurs in code that somebody wrote; a division is the harmless guess.
                    "]" or "}" => false,
                    "++" or "--" => _expectsOperand,
                    _ => true,
                };
                break;
            default:
                _expectsOperand = false;
                break;
        }
    }

    private bool SkipBlank()
    {
        bool lineEnded = false;
        while (_at < source.Length)
        {
            char c = source[_at];
            if (c is '\n' or '\r')
            {
                if (c == '\r' && _at + 1 < source.Length && source[_at + 1] == '\n') _at++;
                _at++;
                NextLine();
                lineEnded = true;
            }
            else if (c is ' ' or '\t' or '\v' or '\f')
            {
                _at++;
            }
            else if (c == '/' && _at + 1 < source.Length && source[_at + 1] == '/')
            {
                while (_at < source.Length && source[_at] is not ('\n' or '\r')) _at++;
            }
            else if (c == '/' && _at + 1 < source.Length && source[_at + 1] == '*')
            {
                if (!SkipBlockComment(ref lineEnded)) return lineEnded;
            }
            else
            {
                return lineEnded;
            }
        }

        return lineEnded;
    }

    private bool SkipBlockComment(ref bool lineEnded)
    {
        int end = source.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            Fail("the comment does not end");
            return false;
        }

        for (_at += 2; _at < end;)
        {
            bool isLineEnd = source[_at] == '\n' || (source[_at] == '\r' && source[_at + 1] != '\n');
            _at++;
            if (!isLineEnd) continue;
            NextLine();
            lineEnded = true;
        }

        _at = end + 2;
        return true;
    }

    private void NextLine()
    {
        _line++;
        _lineStart = _at;
    }

    private TokenKind Word()
    {
        while (_at < source.Length && (IsWordStart(source[_at]) || char.IsAsciiDigit(source[_at])))
        {
            if (source[_at] == '\\') return Fail("escapes in names are not supported");
            _at++;
        }

        return TokenKind.Word;
    }

    private TokenKind Number()
    {
        if (source[_at] == '0' && _at + 1 < source.Length)
        {
            char next = source[_at + 1];
            if (next is 'b' or 'B') return Refuse("binary literals");
            if (next is 'o' or 'O') return Refuse("octal literals with 0o");
            if (char.IsAsciiDigit(next)) return Fail("octal literals (a leading 0) are not allowed: scripts are strict");
        }

        bool isHex = source.AsSpan(_at).StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        while (_at < source.Length)
        {
            char c = source[_at];
            if (c == '_') return Refuse("separators in numbers");
            if (c == 'n') return Refuse("BigInt literals");
            bool isSign = !isHex && (c is '+' or '-') && (source[_at - 1] is 'e' or 'E');
            if (!char.IsAsciiLetterOrDigit(c) && c != '.' && !isSign) break;
            _at++;
        }

        return TokenKind.Number;
    }

    private TokenKind Quoted(char quote)
    {
        for (int at = _at + 1; at < source.Length; at++)
        {
            char c = source[at];
            if (c == quote)
            {
                _at = at + 1;
                return TokenKind.Text;
            }

            if (c is '\n' or '\r') break;
            if (c != '\\' || ++at >= source.Length) continue;
            if (source[at] == 'u' && at + 1 < source.Length && source[at + 1] == '{') return RefuseAt(at - 1, "\\u{…} escapes");
            if (source[at] == '\r' && at + 1 < source.Length && source[at + 1] == '\n') at++;
            if (source[at] is not ('\n' or '\r')) continue;
            _line++;
            _lineStart = at + 1;
        }

        return Fail("the string does not end");
    }

    private TokenKind Regex()
    {
        bool inClass = false;
        for (int at = _at + 1; at < source.Length && source[at] is not ('\n' or '\r'); at++)
        {
            char c = source[at];
            if (c == '\\')
            {
                at++;
            }
            else if (c == '[')
            {
                inClass = true;
            }
            else if (c == ']')
            {
                inClass = false;
            }
            else if (c == '/' && !inClass)
            {
                return RegexFlags(at + 1);
            }
        }

        return Fail("the regular expression does not end");
    }

    private TokenKind RegexFlags(int at)
    {
        for (; at < source.Length && IsWordStart(source[at]); at++)
        {
            if ("usydv".Contains(source[at])) return RefuseAt(at, $"the flag '{source[at]}' of regular expressions");
            if (!"gim".Contains(source[at])) return RefuseAt(at, null);
        }

        _at = at;
        return TokenKind.Regex;
    }

    private TokenKind Refuse(string what) => Fail(SyntaxCheck.Refusal(what));

    private TokenKind RefuseAt(int at, string? what)
    {
        _at = at;
        return Fail(what is null ? "unknown flag of a regular expression" : SyntaxCheck.Refusal(what));
    }

    private TokenKind Fail(string text)
    {
        Error ??= new SourceError(_line, Column, text);
        return TokenKind.End;
    }

    private static string Show(char c) => c is > ' ' and < '\x7f' ? c.ToString() : $"\\x{(int)c:x2}";

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c is '_' or '$' or '\\';
}
