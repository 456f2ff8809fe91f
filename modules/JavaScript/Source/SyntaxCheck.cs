namespace ModularKv.JavaScript.Source;

/// <summary>
/// Refuses, before the engine sees a source, what is newer than ECMAScript 5 (the engine would take some of it for something
/// else) and what nests so deeply that parsing it would need more stack than there is.
/// </summary>
internal sealed class SyntaxCheck
{
    /// <summary>Nesting of brackets, operators and branches together.</summary>
    public const int DepthMax = 1000;

    /// <summary>What every refusal ends with.</summary>
    public const string HowToCompile = "scripts are ECMAScript 5; compile to it: tsc --target ES5";

    // Reserved in ECMAScript 5 too, as far as they are not in this list's own time: only as names of properties.
    private static readonly Dictionary<string, string> NewWords = new()
    {
        ["let"] = "let", ["const"] = "const", ["class"] = "classes", ["extends"] = "classes", ["super"] = "super", ["import"] = "modules",
        ["export"] = "modules", ["yield"] = "generators",
    };

    private static readonly Dictionary<string, string> NewMarks = new()
    {
        ["=>"] = "arrow functions", ["..."] = "spread and rest", ["**"] = "the operator **", ["**="] = "the operator **=",
        ["??"] = "the operator ??", ["??="] = "the operator ??=", ["?."] = "optional chaining", ["&&="] = "the operator &&=",
        ["||="] = "the operator ||=",
    };

    private static readonly HashSet<string> StatementWords =
    [
        "var", "if", "for", "while", "do", "return", "function", "switch", "case", "default", "try", "throw", "break", "continue",
    ];

    private readonly Tokenizer _tokens;
    private readonly Stack<Level> _levels = [];
    private Level _level = new('\0');
    private Token _last = new(TokenKind.Mark, 0, 0, 1, 1, true);
    private string _lastText = ";";
    private int _outer;
    private SourceError? _error;

    private SyntaxCheck(string source) => _tokens = new Tokenizer(source);

    /// <summary>The text of a refusal of something newer.</summary>
    public static string Refusal(string what) =>
        $"{what} {(what.EndsWith('s') && !what.StartsWith("the ", StringComparison.Ordinal) ? "are" : "is")} not supported: {HowToCompile}";

    /// <summary>Why the source is refused, or null.</summary>
    /// <param name="source">The source, a character for each byte.</param>
    public static SourceError? Find(string source) => new SyntaxCheck(source).Run();

    private SourceError? Run()
    {
        Token token = _tokens.Next();
        while (token.Kind != TokenKind.End && _error is null)
        {
            Token next = _tokens.Next();
            Look(token, _tokens.Text(token).ToString(), next, _tokens.Text(next).ToString());
            _last = token;
            token = next;
        }

        if (_error is null && _tokens.Error is null && _levels.Count > 0) Refuse(token, "a bracket is not closed", isNew: false);
        return _error ?? _tokens.Error;
    }

    private void Look(in Token token, string text, in Token next, string nextText)
    {
        if (token.Kind == TokenKind.Mark)
        {
            Mark(token, text);
        }
        else
        {
            // Two expressions in a row, a line end between them: a semicolon was left out.
            if (token.AfterLineEnd && EndsExpression()) _level.Chain = 0;
            if (token.Kind == TokenKind.Word) Word(token, text, next, nextText);
        }

        int depth = _outer + _level.Chain + _level.Elses + _levels.Count;
        if (_error is null && depth > DepthMax) Refuse(token, "nested too deeply", isNew: false);
        _lastText = text;
    }

    private bool EndsExpression() => _last.Kind != TokenKind.Mark || _lastText is ")" or "]" or "}" or "++" or "--";

    private void Word(in Token token, string text, in Token next, string nextText)
    {
        bool isProperty = _last.Kind == TokenKind.Mark && _lastText is ".";
        bool isKey = next.Kind == TokenKind.Mark && nextText is ":" && _lastText is "{" or ",";
        if (isProperty || isKey) return;
        if (NewWords.TryGetValue(text, out string? what)) Refuse(token, what);
        bool followsWord = next.Kind == TokenKind.Word && !next.AfterLineEnd;
        switch (text)
        {
            case "async" when followsWord:
            case "await" when followsWord && nextText is not ("in" or "instanceof"):
                Refuse(token, "async functions");
                break;
            case "function" when nextText is "*":
                Refuse(next, "generators");
                break;
            case "var" when nextText is "{" or "[":
                Refuse(next, "destructuring");
                break;
            case "catch" when nextText is "{":
                Refuse(next, "catch without a name");
                break;
            case "new" when nextText is ".":
                Refuse(token, "new.target");
                break;
            case "of" when _level.IsFor && (_last.Kind == TokenKind.Word || _lastText is "]" or "}") && _lastText is not ("in" or "var"):
                Refuse(token, "for-of");
                break;
        }

        if (text is "else") _level.Elses++;
        else if (StatementWords.Contains(text)) _level.Chain = 0;
        else if (text is "typeof" or "void" or "delete" or "new" or "in" or "instanceof") _level.Chain++;
        _level.IsFunction = text is "function" || (_level.IsFunction && _lastText is "function");
    }

    private void Mark(in Token token, string text)
    {
        if (NewMarks.TryGetValue(text, out string? what)) Refuse(token, what);
        if (_level.IsParameters && text is "=") Refuse(token, "default parameters");
        if (_level.IsParameters && text is "{" or "[") Refuse(token, "destructuring");
        switch (text)
        {
            case "(" or "[" or "{":
                Open(text);
                break;
            case ")" or "]" or "}":
                Close(token, text[0]);
                break;
            case "," or ";":
                _level.Chain = 0;
                break;
            default:
                _level.Chain++;
                break;
        }
    }

    private void Open(string text)
    {
        Level inner = new(text switch { "(" => ')', "[" => ']', _ => '}' });
        if (text is "(")
        {
            inner.IsFor = _lastText is "for" && _last.Kind == TokenKind.Word;
            inner.IsParameters = _level.IsFunction;
        }

        // A call and an index stand in the chain of what they follow.
        if (EndsExpression() && text is not "{") _level.Chain++;
        _level.IsFunction = false;
        _outer += _level.Chain + _level.Elses;
        _levels.Push(_level);
        _level = inner;
    }

    private void Close(in Token token, char bracket)
    {
        if (_level.Close != bracket)
        {
            Refuse(token, $"unexpected '{bracket}'", isNew: false);
            return;
        }

        _level = _levels.Pop();
        _outer -= _level.Chain + _level.Elses;
    }

    private void Refuse(in Token at, string what, bool isNew = true) =>
        _error ??= new SourceError(at.Line, at.Column, isNew ? Refusal(what) : what);

    /// <summary>What is known of one bracket that is open, or of the source itself.</summary>
    private sealed class Level(char close)
    {
        public readonly char Close = close;

        /// <summary>Operators since the last separator: each may be a level of the tree that the source becomes.</summary>
        public int Chain;

        /// <summary>Branches that may hang on one another.</summary>
        public int Elses;

        public bool IsFor;
        public bool IsFunction;
        public bool IsParameters;
    }
}
