using System.Security.Cryptography;
using System.Text;
using Jint.Native;
using Jint.Native.Array;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Interop;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Scripting;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Engine;

/// <summary>The object <c>redis</c>: what scripts ask of the server. It cannot be changed.</summary>
internal sealed class RedisObject(Jint.Engine engine, Meter meter, RedisObject.Registrar? registrar)
{
    private static readonly (string Name, int Value)[] Numbers =
    [
        ("LOG_DEBUG", 0), ("LOG_VERBOSE", 1), ("LOG_NOTICE", 2), ("LOG_WARNING", 3), ("REPL_NONE", 0), ("REPL_AOF", 1), ("REPL_SLAVE", 2),
        ("REPL_REPLICA", 2), ("REPL_ALL", 3),
    ];

    private readonly ReplyValues _values = new(engine);

    /// <summary>Takes a function that a library registers; returns why not, or null.</summary>
    public delegate string? Registrar(string name, FunctionInstance function, ScriptFlags flags, string? description);

    /// <summary>Makes the object a global.</summary>
    public void Install()
    {
        ObjectInstance redis = engine.Object.Construct(Arguments.Empty);
        foreach ((string name, int value) in Numbers) Constant(redis, name, (double)value);
        Constant(redis, "REDIS_VERSION", ServerVersion.Compatibility);
        string[] parts = ServerVersion.Compatibility.Split('.');
        Constant(redis, "REDIS_VERSION_NUM", (double)((int.Parse(parts[0]) << 16) | (int.Parse(parts[1]) << 8) | int.Parse(parts[2])));
        Function(redis, "call", arguments => Call(arguments, throws: true));
        Function(redis, "pcall", arguments => Call(arguments, throws: false));
        Function(redis, "log", Log);
        Function(redis, "setResp", SetResp);
        Function(redis, "setRepl", SetRepl);
        Function(redis, "sha1hex", arguments => Convert.ToHexStringLower(SHA1.HashData(Bytes(arguments.At(0)))));
        Function(redis, "aclCheckCmd", MayCall);
        Function(redis, "errorReply", arguments => Reply("err", arguments));
        Function(redis, "statusReply", arguments => Reply("ok", arguments));
        Function(redis, "toBytes", ToBytes);
        Function(redis, "fromBytes", arguments => ByteText.Decode(Bytes(arguments.At(0))));
        Function(redis, "decodeUtf8", arguments => Encoding.UTF8.GetString(Bytes(arguments.At(0))));
        Function(redis, "encodeUtf8", arguments => ByteText.Decode(Encoding.UTF8.GetBytes(TypeConverter.ToString(arguments.At(0)))));
        Function(redis, "registerFunction", Register);
        redis.Extensible = false;
        engine.Global.FastAddProperty("redis", redis, false, false, false);
    }

    private static void Constant(ObjectInstance redis, string name, JsValue value) =>
        redis.FastAddProperty(name, value, false, true, false);

    private void Function(ObjectInstance redis, string name, Func<JsValue[], JsValue> body)
    {
        ClrFunctionInstance function = new(engine, (_, arguments) => body(arguments)) { Extensible = false };
        Constant(redis, name, function);
    }

    private JavaScriptException Error(string text) => new(engine.Error, text);

    private ScriptRun Running(string what) => meter.Run ?? throw Error($"redis.{what} can only be called inside a script invocation");

    private JsValue Call(JsValue[] arguments, bool throws)
    {
        ScriptRun run = Running(throws ? "call" : "pcall");
        if (arguments.Length == 0) throw Error("Please specify at least one argument for this redis.call() call");
        meter.Tick();
        run.BeginCall();
        foreach (JsValue argument in arguments) Add(run, argument);
        JsValue value = _values.Read(run.Call());
        if (run.IsStopped) throw new StopException("", isKilled: true);
        if (throws && ScriptErrors.IsCounted(value)) throw new JavaScriptException(value);
        return value;
    }

    private void Add(ScriptRun run, JsValue argument)
    {
        if (argument.IsNumber())
        {
            double number = argument.AsNumber();
            if (Math.Abs(number) <= ReplyValues.ExactMax && number == Math.Floor(number))
            {
                run.Add((long)number);
                return;
            }
        }

        if (argument.IsObject())
        {
            run.Add(Bytes(argument));
            return;
        }

        if (!argument.IsString() && !argument.IsNumber()) throw NoArgument();
        string text = TypeConverter.ToString(argument);
        using var encoded = new EncodedText(text, stackalloc byte[EncodedText.OnStack]);
        run.Add(encoded.Bytes);
    }

    private JavaScriptException NoArgument() => Error("redis.call arguments must be strings, numbers or arrays of bytes");

    /// <summary>The bytes of a string, or of an array of numbers from 0 to 255.</summary>
    private byte[] Bytes(JsValue value)
    {
        if (!value.IsObject()) return ByteText.Encode(TypeConverter.ToString(value));
        if (!value.Is<ArrayInstance>()) throw NoArgument();
        ArrayInstance array = value.As<ArrayInstance>();
        byte[] bytes = new byte[Builtins.CheckedLength(engine, array)];
        for (int i = 0; i < bytes.Length; i++)
        {
            JsValue one = array.Get(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            double number = one.IsNumber() ? one.AsNumber() : -1;
            if (number is < 0 or > 255 || number != Math.Floor(number)) throw NoArgument();
            bytes[i] = (byte)number;
        }

        return bytes;
    }

    private JsValue ToBytes(JsValue[] arguments)
    {
        byte[] bytes = Bytes(arguments.At(0));
        if (bytes.Length > Builtins.LengthMax) throw new JavaScriptException(engine.RangeError, "the value is too long for an array");
        return _values.Array(bytes.Length, i => (double)bytes[i]);
    }

    private JsValue Log(JsValue[] arguments)
    {
        if (arguments.Length < 2) throw Error("redis.log() requires two arguments or more.");
        double level = arguments[0].IsNumber() ? arguments[0].AsNumber() : -1;
        if (level is not (0 or 1 or 2 or 3)) throw Error("Invalid log level.");
        string text = string.Join(' ', arguments.Skip(1).Select(TypeConverter.ToString));
        if (meter.Draft is { } draft) draft.Log((LogLevel)(int)level, ByteText.Encode(text));
        else Running("log").Log((LogLevel)(int)level, ByteText.Encode(text));
        return JsValue.Undefined;
    }

    private JsValue SetResp(JsValue[] arguments)
    {
        double version = arguments.Length == 1 && arguments[0].IsNumber() ? arguments[0].AsNumber() : 0;
        if (version is not (2 or 3)) throw Error("RESP version must be 2 or 3.");
        Running("setResp").Protocol = (int)version;
        return JsValue.Undefined;
    }

    private JsValue SetRepl(JsValue[] arguments)
    {
        double to = arguments.Length == 1 && arguments[0].IsNumber() ? arguments[0].AsNumber() : -1;
        if (to is not (0 or 1 or 2 or 3))
        {
            throw Error("Invalid replication flags. Please use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
        }

        Running("setRepl").SetEffects((ScriptEffects)(int)to);
        return JsValue.Undefined;
    }

    private JsValue MayCall(JsValue[] arguments)
    {
        ScriptRun run = Running("aclCheckCmd");
        if (arguments.Length == 0) throw Error("Please specify at least one argument for this redis.aclCheckCmd() call");
        run.BeginCall();
        foreach (JsValue argument in arguments) Add(run, argument);
        return run.MayCall() is { } may ? may : throw Error("Invalid command passed to redis.aclCheckCmd()");
    }

    private JsValue Reply(string kind, JsValue[] arguments)
    {
        if (arguments.Length != 1 || !arguments[0].IsString()) throw Error("wrong number or type of arguments");
        string text = arguments[0].AsString();
        if (kind == "err")
        {
            // As redis.error_reply: a text that does not start with - has no code of its own where it has no word for one.
            if (text.StartsWith('-')) text = text[1..];
            else if (!text.Contains(' ', StringComparison.Ordinal)) text = "ERR " + text;
        }

        return _values.Shape(kind, text);
    }

    private JsValue Register(JsValue[] arguments)
    {
        if (registrar is null || meter.Run != null)
        {
            throw Error("redis.registerFunction can only be called on FUNCTION LOAD command");
        }

        JsValue name = arguments.At(0), callback = arguments.At(1), flags = arguments.At(2), description = JsValue.Undefined;
        if (arguments.Length == 1 && name.IsObject())
        {
            ObjectInstance row = name.AsObject();
            foreach (KeyValuePair<string, Jint.Runtime.Descriptors.PropertyDescriptor> property in row.GetOwnProperties())
            {
                if (property.Key is not ("name" or "callback" or "flags" or "description"))
                {
                    throw Error("unknown argument given to redis.registerFunction");
                }
            }

            name = row.Get("name");
            callback = row.Get("callback");
            flags = row.Get("flags");
            description = row.Get("description");
        }

        if (!name.IsString()) throw Error("redis.registerFunction must get a function name argument");
        if (!callback.Is<FunctionInstance>()) throw Error("redis.registerFunction must get a callback argument");
        string? told = description.IsString() ? description.AsString() : null;
        if (registrar(name.AsString(), callback.As<FunctionInstance>(), Flags(flags), told) is { } refusal) throw Error(refusal);
        return JsValue.Undefined;
    }

    private ScriptFlags Flags(JsValue names)
    {
        ScriptFlags flags = ScriptFlags.None;
        if (names.IsUndefined() || names.IsNull()) return flags;
        if (!names.Is<ArrayInstance>()) throw Error("flags argument to redis.registerFunction must be an array of names");
        ArrayInstance array = names.As<ArrayInstance>();
        int length = Builtins.CheckedLength(engine, array);
        for (int i = 0; i < length; i++)
        {
            string name = TypeConverter.ToString(array.Get(i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            if (!ScriptFlagNames.TryParse(ByteText.Encode(name), out ScriptFlags flag)) throw Error("unknown flag given");
            flags |= flag;
        }

        return flags;
    }
}
