using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Jint.Native;
using Jint.Native.Array;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Interop;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Engine;

/// <summary>
/// Takes from the language's own functions what could end the server: source made at run time, loops of billions of steps within one
/// call, strings without end, recursion through native code.
/// </summary>
internal static class Builtins
{
    /// <summary>Elements up to which functions of arrays work.</summary>
    public const int LengthMax = 1_000_000;

    /// <summary>Characters that one call may put together.</summary>
    public const int TextMax = 64 << 20;

    private const int DepthMax = 500;
    private const int PrototypesMax = 1000;
    private const int BindsMax = 32;

    private static readonly string[] Walks =
    [
        "reverse", "shift", "slice", "splice", "unshift", "indexOf", "lastIndexOf", "every", "some", "forEach", "map", "filter",
        "reduce", "reduceRight", "concat",
    ];

    /// <summary>Changes a new engine's globals.</summary>
    public static void Limit(Jint.Engine engine, Meter meter)
    {
        FunctionInstance function = WithoutSources(engine);
        Arrays(engine, meter);
        Chains(engine, function);
        JsonText json = new(engine, meter);
        Replace(engine, engine.Json, "stringify", (_, arguments) => json.Write(arguments));
        Wrap(engine, engine.Json, "parse", (parse, self, arguments) =>
        {
            if (Depth(TypeConverter.ToString(arguments.At(0))) > DepthMax) throw TooDeep(engine);
            return parse.Call(self, arguments);
        });
        Wrap(engine, engine.String.PrototypeObject, "replace", (replace, self, arguments) =>
        {
            JsValue with = arguments.At(1);
            long growth = with.IsString() ? (long)with.AsString().Length * TypeConverter.ToString(self).Length : 0;
            if (growth > TextMax * 4L) throw TooLong(engine);
            return replace.Call(self, arguments);
        });
    }

    /// <summary>The length of an array of bytes or names.</summary>
    /// <exception cref="JavaScriptException">It is too long.</exception>
    public static int CheckedLength(Jint.Engine engine, ObjectInstance array)
    {
        double length = TypeConverter.ToNumber(array.Get("length"));
        return length <= LengthMax ? (int)length : throw TooLong(engine);
    }

    /// <summary>The error of a result that would be too long.</summary>
    public static JavaScriptException TooLong(Jint.Engine engine) => new(engine.RangeError, "Invalid length: too long for a script");

    /// <summary>The error of a value that is nested too deeply, or contains itself.</summary>
    public static JavaScriptException TooDeep(Jint.Engine engine) =>
        new(engine.RangeError, "The value is nested too deeply, or contains itself");

    /// <returns>What stands for the constructor of functions.</returns>
    private static FunctionInstance WithoutSources(Jint.Engine engine)
    {
        Func<JsValue, JsValue[], JsValue> refuse = (_, _) =>
            throw new JavaScriptException(engine.EvalError, "Code cannot be made from text in scripts");
        ClrFunctionInstance function = new(engine, refuse);
        function.FastAddProperty("prototype", engine.Function.PrototypeObject, false, false, false);
        engine.Function.PrototypeObject.FastAddProperty("constructor", function, true, false, true);
        engine.Global.FastAddProperty("Function", function, true, false, true);
        engine.Global.FastAddProperty("eval", new ClrFunctionInstance(engine, refuse), true, false, true);
        return function;
    }

    private static void Arrays(Jint.Engine engine, Meter meter)
    {
        ArrayPrototype prototype = engine.Array.PrototypeObject;
        foreach (string name in Walks)
        {
            Wrap(engine, prototype, name, (walk, self, arguments) =>
            {
                Look(engine, self);
                if (name == "concat")
                {
                    foreach (JsValue argument in arguments) Look(engine, argument);
                }

                meter.Descend();
                return walk.Call(self, arguments);
            });
        }

        Func<JsValue, JsValue[], JsValue> join = (self, arguments) => Join(engine, meter, self, arguments.At(0));
        Replace(engine, prototype, "join", join);
        ArraySort sort = new(engine, meter);
        Replace(engine, prototype, "sort", (self, arguments) => sort.Sort(self, arguments.At(0)));
        Replace(engine, prototype, "toString", (self, _) => join(self, []));
        Replace(engine, prototype, "toLocaleString", (self, _) => join(self, []));
        Wrap(engine, engine.Function.PrototypeObject, "apply", (apply, self, arguments) =>
        {
            Look(engine, arguments.At(1));
            meter.Descend();
            return apply.Call(self, arguments);
        });
        Wrap(engine, engine.Function.PrototypeObject, "call", (call, self, arguments) =>
        {
            meter.Descend();
            return call.Call(self, arguments);
        });
    }

    private static void Look(Jint.Engine engine, JsValue value)
    {
        if (value.IsObject()) CheckedLength(engine, value.AsObject());
    }

    private static string Join(Jint.Engine engine, Meter meter, JsValue self, JsValue separator)
    {
        // An array that contains itself comes by here again and again.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw TooDeep(engine);
        ObjectInstance array = TypeConverter.ToObject(engine, self);
        string between = separator.IsUndefined() ? "," : TypeConverter.ToString(separator);
        int length = CheckedLength(engine, array);
        StringBuilder text = new();
        for (int i = 0; i < length; i++)
        {
            meter.Tick();
            if (i > 0) text.Append(between);
            JsValue one = array.Get(i.ToString(CultureInfo.InvariantCulture));
            if (!one.IsUndefined() && !one.IsNull()) text.Append(TypeConverter.ToString(one));
            if (text.Length > TextMax) throw TooLong(engine);
        }

        return text.ToString();
    }

    /// <summary>Chains of prototypes and of bound functions are walked by recursion.</summary>
    private static void Chains(Jint.Engine engine, FunctionInstance function)
    {
        Wrap(engine, engine.Object, "create", (create, self, arguments) =>
        {
            LookAtChain(engine, arguments.At(0));
            return create.Call(self, arguments);
        });
        Wrap(engine, engine.Function.PrototypeObject, "bind", (bind, self, arguments) =>
        {
            int binds = 0;
            for (JsValue at = self; at.Is<BindFunctionInstance>(); at = at.As<BindFunctionInstance>().TargetFunction)
            {
                if (++binds > BindsMax) throw new JavaScriptException(engine.RangeError, "The function was bound too often");
            }

            return bind.Call(self, arguments);
        });
        Func<JsValue, JsValue[], JsValue> construct = (_, arguments) =>
        {
            if (arguments.At(0).IsObject() && arguments.At(0).AsObject() == function) return function.Call(JsValue.Undefined, arguments);
            if (!arguments.At(0).Is<FunctionInstance>() || arguments.At(0).As<FunctionInstance>() is not IConstructor constructor)
            {
                throw new JavaScriptException(engine.TypeError, "The value is not a constructor");
            }

            if (constructor is ScriptFunctionInstance written) LookAtChain(engine, written.Get("prototype"));
            return constructor.Construct(arguments.Length > 1 ? arguments[1..] : Arguments.Empty);
        };
        engine.Global.FastAddProperty(TreeGuard.Construct, new ClrFunctionInstance(engine, construct), false, false, false);
    }

    private static void LookAtChain(Jint.Engine engine, JsValue prototype)
    {
        int length = 0;
        for (ObjectInstance? at = prototype.IsObject() ? prototype.AsObject() : null; at != null; at = at.Prototype)
        {
            if (++length > PrototypesMax) throw new JavaScriptException(engine.RangeError, "The chain of prototypes is too long");
        }
    }

    private static int Depth(string json)
    {
        int depth = 0, most = 0;
        bool inText = false;
        for (int i = 0; i < json.Length; i++)
        {
            char c = json[i];
            if (c == '"') inText = !inText;
            else if (inText && c == '\\') i++;
            else if (!inText && c is '[' or '{') most = Math.Max(most, ++depth);
            else if (!inText && c is ']' or '}') depth--;
        }

        return most;
    }

    private static void Replace(Jint.Engine engine, ObjectInstance owner, string name, Func<JsValue, JsValue[], JsValue> body) =>
        owner.FastAddProperty(name, new ClrFunctionInstance(engine, body), true, false, true);

    private static void Wrap(
        Jint.Engine engine, ObjectInstance owner, string name, Func<FunctionInstance, JsValue, JsValue[], JsValue> body)
    {
        FunctionInstance original = owner.Get(name).As<FunctionInstance>();
        Replace(engine, owner, name, (self, arguments) => body(original, self, arguments));
    }
}
