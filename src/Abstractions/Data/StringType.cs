namespace ModularKv.Abstractions;

/// <summary>
/// Strings: the value's bytes are the content. A building block of the contract because bitmaps, HyperLogLog, SORT and scripts work on
/// strings too; the Strings module registers it. Integers are kept as their text, so that GET copies and INCR rewrites in place.
/// </summary>
public sealed class StringType : DataType
{
    /// <summary>RDB type byte of strings.</summary>
    public const byte RdbString = 0;

    /// <summary>Longest content that OBJECT ENCODING calls embstr. Source: OBJ_ENCODING_EMBSTR_SIZE_LIMIT.</summary>
    public const int EmbstrMax = 44;

    /// <inheritdoc/>
    public override string Name => "string";

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> RdbTypes => [RdbString];

    /// <summary>
    /// Encodes as SET does: int where the content is a canonical integer of at most 20 digits, else embstr or raw by length.
    /// </summary>
    public static StringEncoding Encode(ReadOnlySpan<byte> content)
        => content.Length <= 20 && NumberText.TryParse(content, out _) ? StringEncoding.Int : StringEncoding.Plain;

    /// <summary>Reads the value as an integer. False: it is none.</summary>
    public static bool TryInteger(Entry value, out long number) => NumberText.TryParse(value.Value, out number);

    /// <inheritdoc/>
    public override string EncodingOf(Entry value) => (StringEncoding)value.Encoding switch
    {
        StringEncoding.Int => "int",
        StringEncoding.Raw => "raw",
        _ => value.ValueLength <= EmbstrMax ? "embstr" : "raw",
    };

    /// <inheritdoc/>
    public override void Digest(Entry value, DigestBuilder digest) => digest.Mix(value.Value);

    /// <inheritdoc/>
    public override bool Save(Entry value, ValueWriter writer, ref ulong position)
    {
        writer.RdbType(RdbString);
        writer.String(value.Value);
        return true;
    }

    /// <inheritdoc/>
    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
    {
        ReadOnlySpan<byte> content = reader.String();
        Entry entry = database.Put(key, this, content.Length);
        content.CopyTo(entry.WritableValue);
        entry.SetEncoding((int)Encode(content));
        return entry;
    }

    /// <inheritdoc/>
    public override void Rewrite(Entry value, ICommandSink commands)
    {
        commands.Begin(3);
        commands.Argument("SET"u8);
        commands.Argument(value.Key);
        commands.Argument(value.Value);
    }
}

/// <summary>What the four encoding bits of a string mean.</summary>
public enum StringEncoding
{
    /// <summary>embstr or raw, by length.</summary>
    Plain = 0,

    /// <summary>The content is a canonical integer.</summary>
    Int = 1,

    /// <summary>raw whatever the length: the string was changed in place (APPEND, SETRANGE, SETBIT).</summary>
    Raw = 2,
}
