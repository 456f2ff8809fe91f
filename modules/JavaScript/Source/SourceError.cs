namespace ModularKv.JavaScript.Source;

/// <summary>Why a source is refused, and where. Lines and columns count from 1; a column is one byte.</summary>
internal sealed record SourceError(int Line, int Column, string Text);
