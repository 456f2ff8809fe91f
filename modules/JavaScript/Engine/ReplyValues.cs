using System.Buffers.Text;
using System.Globalization;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Engine;

/// <summary>Replies of commands as values of scripts: the mapping is in the module's README.</summary>
internal sealed class ReplyValues(Jint.Engine engine)
{
    /// <summary>The largest integer of which every smaller one is a number too.</summary>
    public const long ExactMax = 1L << 53;

    /// <summary>One whole reply.</summary>
    public JsValue Read(ReadOnlySpan<byte> reply)
    {
        int at = 0;
        return Next(reply, ref at);
    }

    /// <summary>An array of that many values.</summary>
    public JsValue Array(int count, Func<int, JsValue> value)
    {
        ObjectInstance array = engine.Array.Construct(Arguments.Empty);
        for (int i = 0; i < count; i++) array.FastAddProperty(i.ToString(CultureInfo.InvariantCulture), value(i), true, true, true);
        array.FastAddProperty("length", count, true, false, false);
        return array;
    }

    /// <summary>An object with one property.</summary>
    public JsValue Shape(string name, JsValue value)
    {
        ObjectInstance shape = engine.Object.Construct(Arguments.Empty);
        shape.FastAddProperty(name, value, true, true, true);
        return shape;
    }

    private JsValue Next(ReadOnlySpan<byte> reply, ref int at)
    {
        byte kind = reply[at++];
        ReadOnlySpan<byte> line = Line(reply, ref at);
        switch (kind)
        {
            case (byte)':':
                return Integer(line);
            case (byte)'+':
                return Shape("ok", ByteText.Decode(line));
            case (byte)'-':
                return new CommandError(engine, ByteText.Decode(line));
            case (byte)'_':
                return JsValue.Null;
            case (byte)'#':
                return line is [(byte)'t'] ? JsValue.True : JsValue.False;
            case (byte)',':
                return Double(line);
            case (byte)'(':
                return Shape("bigNumber", ByteText.Decode(line));
            case (byte)'|':
                for (int i = Count(line) * 2; i > 0; i--) Next(reply, ref at);
                return Next(reply, ref at);
            case (byte)'$' or (byte)'!' or (byte)'=':
                return Bulk(kind, reply, Count(line), ref at);
            case (byte)'%':
                return Map(reply, Count(line), ref at);
            case (byte)'~':
                return Shape("set", Items(reply, Count(line), ref at));
            default:
                return line is [(byte)'-', ..] ? JsValue.Null : Items(reply, Count(line), ref at);
        }
    }

    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> reply, ref int at)
    {
        int length = reply[at..].IndexOf((byte)'\r');
        ReadOnlySpan<byte> line = reply.Slice(at, length);
        at += length + 2;
        return line;
    }

    private JsValue Bulk(byte kind, ReadOnlySpan<byte> reply, int length, ref int at)
    {
        if (length < 0) return JsValue.Null;
        string text = ByteText.Decode(reply.Slice(at, length));
        at += length + 2;
        if (kind == '!') return new CommandError(engine, text);
        if (kind == '$') return text;
        ObjectInstance parts = engine.Object.Construct(Arguments.Empty);
        parts.FastAddProperty("format", text[..3], true, true, true);
        parts.FastAddProperty("text", text[4..], true, true, true);
        return Shape("verbatim", parts);
    }

    private JsValue Items(ReadOnlySpan<byte> reply, int count, ref int at)
    {
        ObjectInstance array = engine.Array.Construct(Arguments.Empty);
        for (int i = 0; i < count; i++)
        {
            array.FastAddProperty(i.ToString(CultureInfo.InvariantCulture), Next(reply, ref at), true, true, true);
        }

        array.FastAddProperty("length", count, true, false, false);
        return array;
    }

    private ObjectInstance Map(ReadOnlySpan<byte> reply, int count, ref int at)
    {
        ObjectInstance map = engine.Object.Construct(Arguments.Empty);
        for (int i = 0; i < count; i++)
        {
            JsValue key = Next(reply, ref at);
            JsValue value = Next(reply, ref at);
            map.FastSetProperty(KeyText(key), new Jint.Runtime.Descriptors.PropertyDescriptor(value, true, true, true));
        }

        return map;
    }

    private static string KeyText(JsValue key) =>
        key.IsObject() && key.AsObject().GetOwnProperty("ok") is { } status && status.Value is { } text
            ? text.AsString() : TypeConverter.ToString(key);

    private static JsValue Integer(ReadOnlySpan<byte> digits)
    {
        Utf8Parser.TryParse(digits, out long value, out _);

        // A number of this language would be another one: the digits are the truth.
        return value is > ExactMax or < -ExactMax ? new JsValue(ByteText.Decode(digits)) : new JsValue((double)value);
    }

    private static JsValue Double(ReadOnlySpan<byte> text)
    {
        if (text is [(byte)'i', ..]) return double.PositiveInfinity;
        if (text is [(byte)'-', (byte)'i', ..]) return double.NegativeInfinity;
        return double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;
    }

    private static int Count(ReadOnlySpan<byte> line)
    {
        Utf8Parser.TryParse(line, out int count, out _);
        return count;
    }
}
