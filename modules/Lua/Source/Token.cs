namespace ModularKv.Lua.Source;

/// <summary>What a token of Lua 5.1 is, as far as the translation cares.</summary>
internal enum TokenKind : byte
{
    Name,
    Keyword,
    Number,
    String,
    Operator,
    End,
}

/// <summary>A token's place in the source.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Offset of its first byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int Length);
