namespace ModularKv.JavaScript.Source;

/// <summary>Kinds of tokens, as far as the checks need to tell them apart.</summary>
internal enum TokenKind : byte
{
    /// <summary>The end of the source.</summary>
    End,

    /// <summary>An identifier or a keyword.</summary>
    Word,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A string in quotes.</summary>
    Text,

    /// <summary>A regular expression literal.</summary>
    Regex,

    /// <summary>Punctuation: the longest operator that ECMAScript 2023 knows.</summary>
    Mark,
}

/// <summary>One token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it starts in the source.</param>
/// <param name="Length">Its characters.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="AfterLineEnd">Whether a line ended between it and the token before.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int Length, int Line, int Column, bool AfterLineEnd);
