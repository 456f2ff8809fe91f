using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Jint.Native;
using Jint.Native.Array;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Runtime;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Engine;

/// <summary>JSON.stringify, metered. The interpreter's own recurses without a limit. Source: ECMAScript 5.1, 15.12.3.</summary>
internal sealed class JsonText(Jint.Engine engine, Meter meter)
{
    private const int IndentMax = 10;

    /// <summary>The text of the first argument, or undefined.</summary>
    public JsValue Write(JsValue[] arguments)
    {
        JsValue replacer = arguments.At(1);
        Pass pass = new(engine, meter)
        {
            Replacer = replacer.Is<FunctionInstance>() ? replacer.As<FunctionInstance>() : null,
            Only = replacer.Is<ArrayInstance>() ? Names(replacer.As<ArrayInstance>()) : null,
            Gap = Gap(arguments.At(2)),
        };
        ObjectInstance holder = engine.Object.Construct(Arguments.Empty);
        holder.FastAddProperty("", arguments.At(0), true, true, true);
        return pass.Value(holder, "", "") ? pass.Text.ToString() : JsValue.Undefined;
    }

    private static string Gap(JsValue space)
    {
        if (space.IsNumber()) return new string(' ', (int)Math.Clamp(space.AsNumber(), 0, IndentMax));
        string text = space.IsString() ? space.AsString() : "";
        return text.Length > IndentMax ? text[..IndentMax] : text;
    }

    private List<string> Names(ArrayInstance array)
    {
        List<string> names = [];
        int length = Builtins.CheckedLength(engine, array);
        for (int i = 0; i < length; i++)
        {
            string name = TypeConverter.ToString(array.Get(i.ToString(CultureInfo.InvariantCulture)));
            if (!names.Contains(name)) names.Add(name);
        }

        return names;
    }

    private sealed class Pass(Jint.Engine engine, Meter meter)
    {
        private readonly HashSet<ObjectInstance> _open = new(ReferenceEqualityComparer.Instance);

        public FunctionInstance? Replacer { get; init; }

        public List<string>? Only { get; init; }

        public required string Gap { get; init; }

        public StringBuilder Text { get; } = new();

        /// <summary>Writes a property's value; false where it has none in JSON.</summary>
        public bool Value(ObjectInstance holder, string key, string indent)
        {
            meter.Tick();
            JsValue value = holder.Get(key);
            if (value.IsObject() && value.AsObject().Get("toJSON") is { } toJson && toJson.Is<FunctionInstance>())
            {
                value = toJson.As<FunctionInstance>().Call(value, [key]);
            }

            if (Replacer != null) value = Replacer.Call(holder, [key, value]);
            switch (value.IsObject() ? value.AsObject().Class : "")
            {
                case "Number":
                    value = TypeConverter.ToNumber(value);
                    break;
                case "String":
                    value = TypeConverter.ToString(value);
                    break;
                case "Boolean":
                    value = TypeConverter.ToPrimitive(value);
                    break;
            }

            return Primitive(value) || Compound(value, indent);
        }

        private bool Primitive(JsValue value)
        {
            if (value.IsNull())
            {
                Text.Append("null");
            }
            else if (value.IsBoolean())
            {
                Text.Append(value.AsBoolean() ? "true" : "false");
            }
            else if (value.IsNumber())
            {
                double number = value.AsNumber();
                Text.Append(double.IsFinite(number) ? TypeConverter.ToString(value) : "null");
            }
            else if (value.IsString())
            {
                Quote(value.AsString());
            }
            else
            {
                return false;
            }

            if (Text.Length > Builtins.TextMax) throw Builtins.TooLong(engine);
            return true;
        }

        private bool Compound(JsValue value, string indent)
        {
            if (!value.IsObject() || value.Is<FunctionInstance>()) return false;
            ObjectInstance compound = value.AsObject();
            if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Builtins.TooDeep(engine);
            if (!_open.Add(compound)) throw new JavaScriptException(engine.TypeError, "Cyclic reference detected.");
            string inner = indent + Gap;
            bool isArray = compound is ArrayInstance;
            Text.Append(isArray ? '[' : '{');
            bool isEmpty = isArray ? Items(compound, inner) : Members(compound, inner);
            if (!isEmpty && Gap.Length > 0) Text.Append('\n').Append(indent);
            Text.Append(isArray ? ']' : '}');
            _open.Remove(compound);
            return true;
        }

        private bool Items(ObjectInstance array, string indent)
        {
            int length = Builtins.CheckedLength(engine, array);
            for (int i = 0; i < length; i++)
            {
                Separate(i == 0, indent);
                if (!Value(array, i.ToString(CultureInfo.InvariantCulture), indent)) Text.Append("null");
            }

            return length == 0;
        }

        private bool Members(ObjectInstance compound, string indent)
        {
            bool isEmpty = true;
            List<string> names = Only ?? [.. compound.GetOwnProperties().Where(one => one.Value.Enumerable == true).Select(one => one.Key)];
            foreach (string name in names)
            {
                int before = Text.Length;
                Separate(isEmpty, indent);
                Quote(name);
                Text.Append(Gap.Length > 0 ? ": " : ":");
                if (Value(compound, name, indent)) isEmpty = false;
                else Text.Length = before;
            }

            return isEmpty;
        }

        private void Separate(bool isFirst, string indent)
        {
            if (!isFirst) Text.Append(',');
            if (Gap.Length > 0) Text.Append('\n').Append(indent);
        }

        private void Quote(string text)
        {
            Text.Append('"');
            foreach (char c in text)
            {
                switch (c)
                {
                    case '"' or '\\':
                        Text.Append('\\').Append(c);
                        break;
                    case '\n':
                        Text.Append("\\n");
                        break;
                    case '\r':
                        Text.Append("\\r");
                        break;
                    case '\t':
                        Text.Append("\\t");
                        break;
                    case '\b':
                        Text.Append("\\b");
                        break;
                    case '\f':
                        Text.Append("\\f");
                        break;
                    case < ' ':
                        Text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                        break;
                    default:
                        Text.Append(c);
                        break;
                }
            }

            Text.Append('"');
        }
    }
}
