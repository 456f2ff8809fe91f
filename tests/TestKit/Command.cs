using System.Text;

namespace ModularKv.TestKit;

/// <summary>One request: its name and arguments as bytes.</summary>
public sealed class Command(IReadOnlyList<byte[]> arguments)
{
    /// <summary>The name is the first.</summary>
    public IReadOnlyList<byte[]> Arguments { get; } = arguments;

    /// <summary>From text (one byte per char) and byte arrays.</summary>
    /// <exception cref="ArgumentException">Something else was given.</exception>
    public static Command Of(params object[] arguments)
    {
        byte[][] bytes = new byte[arguments.Length][];
        for (int i = 0; i < arguments.Length; i++)
        {
            bytes[i] = arguments[i] switch
            {
                byte[] raw => raw,
                string text => Encoding.Latin1.GetBytes(text),
                int number => Encoding.Latin1.GetBytes(number.ToString()),
                long number => Encoding.Latin1.GetBytes(number.ToString()),
                object other => throw new ArgumentException($"argument {i} is a {other.GetType()}"),
            };
        }
        return new Command(bytes);
    }

    /// <summary>The argument in upper case, one char per byte; empty when there is none at that place.</summary>
    public string Word(int index) =>
        index < Arguments.Count ? Encoding.Latin1.GetString(Arguments[index]).ToUpperInvariant() : "";

    /// <summary>As an array of bulks, ready to send.</summary>
    public byte[] ToWire()
    {
        using MemoryStream wire = new();
        wire.Write(Encoding.ASCII.GetBytes($"*{Arguments.Count}\r\n"));
        foreach (byte[] argument in Arguments)
        {
            wire.Write(Encoding.ASCII.GetBytes($"${argument.Length}\r\n"));
            wire.Write(argument);
            wire.Write("\r\n"u8);
        }
        return wire.ToArray();
    }

    /// <summary>As redis-cli would take it, arguments quoted where they must be.</summary>
    public override string ToString()
    {
        IEnumerable<string> words = Arguments.Select(argument =>
        {
            string text = Escape.Bytes(argument, 80);
            return text.Length == 0 || text.Any(c => c is ' ' or '\\' or '"' or '\'' or '*') ? $"\"{text}\"" : text;
        });
        return string.Join(' ', words);
    }
}
