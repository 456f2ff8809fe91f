using System.Globalization;
using Jint.Native;
using Jint.Native.Array;
using Jint.Native.Date;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Engine;

/// <summary>
/// What a script returned as a reply: the mapping is in the module's README. Calls nothing of the script's (no getter, no toString), so
/// that what was checked is what is written.
/// </summary>
internal static class ReplyOutput
{
    private const int DepthMax = 100;
    private const int ValuesMax = 10_000_000;

    /// <summary>Writes one reply.</summary>
    public static void Write(JsValue value, ScriptRun run)
    {
        int left = ValuesMax;
        if (value.IsObject() && Text(value.AsObject(), "err") is { } error)
        {
            run.Error(ByteText.Encode(error), ScriptErrors.IsCounted(value));
        }
        else if (!Fits(value, 0, ref left))
        {
            run.Fail("ERR the value that the script returned is nested too deeply, or too large"u8, default, default, isCounted: false);
        }
        else
        {
            Write(value, run.Reply);
        }
    }

    private static bool Fits(JsValue value, int depth, ref int left)
    {
        if (--left < 0 || depth > DepthMax) return false;
        if (!value.IsObject()) return true;
        ObjectInstance compound = value.AsObject();
        if (compound is ArrayInstance array)
        {
            uint length = Length(array);
            if (length > left) return false;
            for (uint i = 0; i < length; i++)
            {
                if (!Fits(Element(array, i), depth + 1, ref left)) return false;
            }

            return true;
        }

        foreach (KeyValuePair<string, PropertyDescriptor> property in compound.GetOwnProperties())
        {
            if (IsShown(property.Value) && !Fits(property.Value.Value, depth + 1, ref left)) return false;
        }

        return true;
    }

    private static void Write(JsValue value, ReplyWriter reply)
    {
        switch (value.Type)
        {
            case Types.String:
                Bulk(value.AsString(), reply);
                break;
            case Types.Number:
                Number(value.AsNumber(), reply);
                break;
            case Types.Boolean:
                reply.Boolean(value.AsBoolean());
                break;
            case Types.Object:
                Compound(value.AsObject(), reply);
                break;
            default:
                reply.Null();
                break;
        }
    }

    private static void Compound(ObjectInstance value, ReplyWriter reply)
    {
        switch (value)
        {
            case ArrayInstance array:
                uint length = Length(array);
                reply.Array(length);
                for (uint i = 0; i < length; i++) Write(Element(array, i), reply);
                break;
            case FunctionInstance:
                reply.Null();
                break;
            case DateInstance date:
                Number(date.PrimitiveValue, reply);
                break;
            default:
                if (!Shape(value, reply)) Map(value, reply);
                break;
        }
    }

    /// <summary>Objects that stand for what this language has no value for.</summary>
    private static bool Shape(ObjectInstance value, ReplyWriter reply)
    {
        if (Text(value, "err") is { } error)
        {
            reply.Error(ByteText.Encode(error));
            return true;
        }

        List<KeyValuePair<string, PropertyDescriptor>> shown = [.. value.GetOwnProperties().Where(one => IsShown(one.Value)).Take(2)];
        if (shown.Count != 1) return false;
        JsValue only = shown[0].Value.Value;
        switch (shown[0].Key)
        {
            case "ok" when only.IsString():
                reply.Simple(ByteText.Encode(only.AsString().Replace('\r', ' ').Replace('\n', ' ')));
                return true;
            case "set" when only.Is<ArrayInstance>():
                ArrayInstance items = only.As<ArrayInstance>();
                reply.Set(Length(items));
                for (uint i = 0; i < Length(items); i++) Write(Element(items, i), reply);
                return true;
            case "double" when only.IsNumber():
                reply.Double(only.AsNumber());
                return true;
            case "bigNumber" when only.IsString() && System.Numerics.BigInteger.TryParse(only.AsString(), out _):
                reply.BigNumber(ByteText.Encode(only.AsString()));
                return true;
            case "verbatim" when only.IsObject() && Text(only.AsObject(), "text") is { } text:
                reply.Verbatim(ByteText.Encode((Text(only.AsObject(), "format") + "txt")[..3]), ByteText.Encode(text));
                return true;
            default:
                return false;
        }
    }

    private static void Map(ObjectInstance value, ReplyWriter reply)
    {
        List<KeyValuePair<string, PropertyDescriptor>> shown = [.. value.GetOwnProperties().Where(one => IsShown(one.Value))];
        reply.Map(shown.Count);
        foreach ((string key, PropertyDescriptor property) in shown)
        {
            Bulk(key, reply);
            Write(property.Value, reply);
        }
    }

    private static void Number(double number, ReplyWriter reply)
    {
        if (Math.Abs(number) <= ReplyValues.ExactMax && number == Math.Floor(number)) reply.Integer((long)number);
        else reply.Double(number);
    }

    private static void Bulk(string text, ReplyWriter reply)
    {
        using var encoded = new EncodedText(text, stackalloc byte[EncodedText.OnStack]);
        reply.Bulk(encoded.Bytes);
    }

    private static bool IsShown(PropertyDescriptor property) =>
        property.Enumerable == true && property.IsDataDescriptor() && property.Value is { } value && !value.Is<FunctionInstance>()
        && !value.IsUndefined();

    private static uint Length(ArrayInstance array) => (uint)array.GetOwnProperty("length").Value.AsNumber();

    private static JsValue Element(ArrayInstance array, uint index) =>
        array.GetOwnProperty(index.ToString(CultureInfo.InvariantCulture)) is { } found && found.IsDataDescriptor()
            && found.Value is { } value ? value : JsValue.Null;

    private static string? Text(ObjectInstance of, string name) =>
        of.GetOwnProperty(name) is { } found && found.IsDataDescriptor() && found.Value is { } value && value.IsString()
            ? value.AsString() : null;
}
