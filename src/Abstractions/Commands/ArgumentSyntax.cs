namespace ModularKv.Abstractions;

/// <summary>Reads the notation of <see cref="CommandSpec.Arguments"/>.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>name</c> is a string, <c>name:type</c> says otherwise (string key integer double pattern unix-time);
/// <c>key</c> alone is a key.</item>
/// <item><c>WORD</c>, without lower-case letters, is a token. Directly before an argument or a group it belongs to that one
/// (<c>EX seconds:integer</c>); anywhere else it is an argument of its own, named after itself. <c>name=WORD</c> gives it another
/// name and keeps it for itself.</item>
/// <item><c>[x]</c> may be left out. <c>x ...</c> may be repeated, <c>x ...+</c> with its token each time.</item>
/// <item><c>name=(a|b)</c> is one of several, <c>name={a b}</c> a block. Without <c>name=</c> the parts' names are joined.</item>
/// <item>Behind a name, its type or a token: <c>#n</c> the key specification that tells where it stands (keys count up by themselves,
/// <c>#-</c>: none), <c>@6.2.0</c> the version that brought it, <c>!2.8.12</c> the version that deprecated it.</item>
/// </list>
/// </remarks>
public static class ArgumentSyntax
{
    private static readonly Dictionary<string, ArgumentType> Types = new(StringComparer.Ordinal)
    {
        ["string"] = ArgumentType.String,
        ["integer"] = ArgumentType.Integer,
        ["double"] = ArgumentType.Double,
        ["key"] = ArgumentType.Key,
        ["pattern"] = ArgumentType.Pattern,
        ["unix-time"] = ArgumentType.UnixTime,
    };

    /// <summary>Reads a command's arguments. Not for the hot path.</summary>
    /// <param name="notation">As in <see cref="CommandSpec.Arguments"/>; empty: no arguments.</param>
    /// <exception cref="FormatException">The notation is malformed; the message says where.</exception>
    public static IReadOnlyList<ArgumentDoc> Parse(string notation)
    {
        ArgumentNullException.ThrowIfNull(notation);
        var reader = new Reader(notation);
        List<ArgumentDoc> arguments = reader.Sequence();
        if (!reader.AtEnd) throw reader.Malformed("an argument");
        return arguments;
    }

    private sealed class Reader(string text)
    {
        private int _at;
        private int _nextKey;

        public bool AtEnd
        {
            get
            {
                while (_at < text.Length && text[_at] == ' ') _at++;
                return _at == text.Length;
            }
        }

        private char Next => AtEnd ? '\0' : text[_at];

        public FormatException Malformed(string expected) =>
            new($"malformed argument notation '{text}': {expected} expected at position {_at}");

        /// <summary>Arguments up to a closing bracket, a bar or the end.</summary>
        public List<ArgumentDoc> Sequence()
        {
            var arguments = new List<ArgumentDoc>();
            while (Next is not ('\0' or ')' or ']' or '}' or '|')) arguments.Add(Repeated(Element()));
            return arguments;
        }

        private ArgumentDoc Repeated(ArgumentDoc argument)
        {
            if (Next != '.' || string.CompareOrdinal(text, _at, "...", 0, 3) != 0) return argument;
            _at += 3;
            ArgumentFlags flags = ArgumentFlags.Multiple;
            if (_at < text.Length && text[_at] == '+')
            {
                _at++;
                flags |= ArgumentFlags.MultipleToken;
            }

            return argument with { Flags = argument.Flags | flags };
        }

        private ArgumentDoc Element()
        {
            switch (Next)
            {
                case '[': return Optional();
                case '(' or '{': return Group(null);
            }

            string word = Word();
            if (word.EndsWith('=') && word.Length > 1 && _at < text.Length && text[_at] is '(' or '{') return Group(word[..^1]);
            int equals = word.IndexOf('=', 1);
            if (equals > 0) return Token(word[..equals], word[(equals + 1)..]);
            if (!IsToken(word)) return Named(word);

            // A token belongs to what follows, unless that is a token itself or may be left out.
            if (!AnnouncesNext()) return Token(null, word);
            ArgumentDoc argument = Element();
            (string token, string? since, string? deprecated, _) = Suffixes(word);
            return argument with
            {
                Token = token, Since = since ?? argument.Since, DeprecatedSince = deprecated ?? argument.DeprecatedSince,
            };
        }

        private bool AnnouncesNext()
        {
            if (Next is '(' or '{') return true;
            if (Next is '\0' or ')' or ']' or '}' or '|' or '[' or '.') return false;
            int start = _at;
            string word = Word();
            bool isGroup = word.EndsWith('=') && _at < text.Length && text[_at] is '(' or '{';
            _at = start;
            return isGroup || (!IsToken(word) && word.IndexOf('=', 1) < 0);
        }

        private ArgumentDoc Optional()
        {
            _at++;
            List<ArgumentDoc> inner = Sequence();
            Close(']');
            if (inner.Count == 0) throw Malformed("an optional argument");
            ArgumentDoc argument = inner.Count == 1 ? inner[0] : Joined(ArgumentType.Block, null, inner);
            return argument with { Flags = argument.Flags | ArgumentFlags.Optional };
        }

        private ArgumentDoc Group(string? name)
        {
            bool isOneOf = text[_at++] == '(';
            var children = new List<ArgumentDoc>();
            if (isOneOf)
            {
                children.Add(Alternative());
                while (Next == '|')
                {
                    _at++;
                    children.Add(Alternative());
                }
            }
            else
            {
                children.AddRange(Sequence());
            }

            Close(isOneOf ? ')' : '}');
            return Joined(isOneOf ? ArgumentType.OneOf : ArgumentType.Block, name, children);
        }

        private ArgumentDoc Alternative()
        {
            List<ArgumentDoc> parts = Sequence();
            if (parts.Count == 0) throw Malformed("an alternative");
            return parts.Count == 1 ? parts[0] : Joined(ArgumentType.Block, null, parts);
        }

        private ArgumentDoc Joined(ArgumentType type, string? name, List<ArgumentDoc> children)
        {
            if (name is null)
            {
                return new ArgumentDoc { Name = string.Join('_', children.Select(child => child.Name)), Type = type, Children = children };
            }

            (name, string? since, string? deprecated, int? keySpec) = Suffixes(name);
            return new ArgumentDoc
            {
                Name = name, Type = type, Children = children, Since = since, DeprecatedSince = deprecated, KeySpecIndex = keySpec ?? -1,
            };
        }

        private void Close(char bracket)
        {
            if (Next != bracket) throw Malformed($"'{bracket}'");
            _at++;
        }

        private string Word()
        {
            if (AtEnd) throw Malformed("a word");
            int start = _at;
            while (_at < text.Length && !" ()[]{}|".Contains(text[_at], StringComparison.Ordinal)) _at++;
            if (_at == start) throw Malformed("a word");
            return text[start.._at];
        }

        // The marks do not count: a version has no letters, but behind a name it makes no token of it.
        private static bool IsToken(string word) => !word.Any(char.IsAsciiLetterLower);

        private ArgumentDoc Token(string? name, string word)
        {
            (string token, string? since, string? deprecated, _) = Suffixes(word);
            if (name is not null)
            {
                (name, string? ofName, string? deprecatedOfName, _) = Suffixes(name);
                since ??= ofName;
                deprecated ??= deprecatedOfName;
            }

            return new ArgumentDoc
            {
                Name = name ?? token.ToLowerInvariant(), Type = ArgumentType.PureToken, Token = token,
                Since = since, DeprecatedSince = deprecated,
            };
        }

        private ArgumentDoc Named(string word)
        {
            (string name, string? since, string? deprecated, int? keySpec) = Suffixes(word);
            ArgumentType type = name == "key" ? ArgumentType.Key : ArgumentType.String;
            int colon = name.LastIndexOf(':');
            if (colon > 0)
            {
                string typeName = name[(colon + 1)..];
                if (!Types.TryGetValue(typeName, out type)) throw Malformed($"a known type instead of '{typeName}' before the end");
                name = name[..colon];
            }

            if (keySpec is null && type == ArgumentType.Key) keySpec = _nextKey;
            if (keySpec is { } index) _nextKey = Math.Max(_nextKey, index + 1);
            return new ArgumentDoc { Name = name, Type = type, Since = since, DeprecatedSince = deprecated, KeySpecIndex = keySpec ?? -1 };
        }

        /// <summary>Splits the marks off; a mark needs something before and behind it.</summary>
        private (string Text, string? Since, string? Deprecated, int? KeySpec) Suffixes(string word)
        {
            string? since = null, deprecated = null;
            int? keySpec = null;
            while (word.LastIndexOfAny(['#', '@', '!']) is > 0 and int mark && mark + 1 < word.Length)
            {
                string value = word[(mark + 1)..];
                switch (word[mark])
                {
                    case '@': since = value; break;
                    case '!': deprecated = value; break;
                    case '#' when value == "-": keySpec = -1; break;
                    default: keySpec = int.TryParse(value, out int index) ? index : throw Malformed("a number behind '#'"); break;
                }

                word = word[..mark];
            }

            return (word, since, deprecated, keySpec);
        }
    }
}
