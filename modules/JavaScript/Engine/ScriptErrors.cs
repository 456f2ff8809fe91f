using Jint.Native;
using Jint.Native.Error;
using Jint.Native.Object;
using Jint.Runtime;

namespace ModularKv.JavaScript.Engine;

/// <summary>An error that a command answered, as redis.call throws it and redis.pcall returns it: an Error with err and code.</summary>
internal sealed class CommandError : ErrorInstance
{
    /// <param name="engine">Whose it is.</param>
    /// <param name="text">Code and text, without a leading minus.</param>
    public CommandError(Jint.Engine engine, string text) : base(engine, "ReplyError")
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        Prototype = engine.Error.PrototypeObject;
        Extensible = true;
        FastAddProperty("message", text, true, false, true);
        FastAddProperty("err", text, true, true, true);
        FastAddProperty("code", space < 0 ? text : text[..space], true, false, true);
    }
}

/// <summary>The texts of errors that leave a script.</summary>
internal static class ScriptErrors
{
    /// <summary>Whether the statistics of errors have it: a command answered it.</summary>
    public static bool IsCounted(JsValue error) => error.Is<CommandError>();

    /// <summary>
    /// What a thrown value says: the text of an error reply, <c>boo</c> of an Error, <c>TypeError: boo</c> of other errors, other values as
    /// text. Getters and toString of the script's own are not called.
    /// </summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="withCode">Whether a code is put in front where there is none.</param>
    public static string Text(JsValue error, bool withCode)
    {
        if (!error.IsObject()) return (withCode ? "ERR " : "") + TypeConverter.ToString(error);
        ObjectInstance thrown = error.AsObject();
        if (Own(thrown, "err") is { } reply) return reply;
        string message = Inherited(thrown, "message") ?? "";
        string name = Inherited(thrown, "name") ?? "Error";
        if (thrown is not ErrorInstance && message.Length == 0) message = "a value was thrown that is no error";
        if (message.Length == 0) message = Unsaid(name);
        return (withCode ? "ERR " : "") + (name == "Error" ? message : $"{name}: {message}");
    }

    /// <summary>The interpreter raises some errors without a word.</summary>
    private static string Unsaid(string name) => name switch
    {
        "TypeError" => "a value here is null, undefined, read-only or no function",
        "ReferenceError" => "a name here is not defined",
        _ => "no message",
    };

    private static string? Own(ObjectInstance of, string name) =>
        of.GetOwnProperty(name) is { } found && found.IsDataDescriptor() && found.Value.IsString() ? found.Value.AsString() : null;

    private static string? Inherited(ObjectInstance of, string name) =>
        of.GetProperty(name) is { } found && found.IsDataDescriptor() && found.Value is { } value && value.IsString()
            ? value.AsString() : null;
}
