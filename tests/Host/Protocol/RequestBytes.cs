using System.Globalization;
using System.Text;

namespace ModularKv.Host.Tests.Protocol;

/// <summary>Writes requests.</summary>
internal static class RequestBytes
{
    /// <summary>A command in RESP.</summary>
    public static byte[] Of(params byte[][] arguments)
    {
        var to = new MemoryStream();
        Write(to, arguments);
        return to.ToArray();
    }

    /// <summary>A command in RESP, from Latin-1 text.</summary>
    public static byte[] Of(params string[] arguments) => Of(arguments.Select(Encoding.Latin1.GetBytes).ToArray());

    public static void Write(Stream to, byte[][] arguments)
    {
        to.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*{arguments.Length}\r\n")));
        foreach (byte[] argument in arguments)
        {
            to.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${argument.Length}\r\n")));
            to.Write(argument);
            to.Write("\r\n"u8);
        }
    }

    /// <summary>A command as a line, each word quoted in one of the ways that keep it whole.</summary>
    public static void WriteInline(Stream to, byte[][] words, Random random)
    {
        foreach (byte[] word in words)
        {
            for (int i = random.Next(1, 3); i > 0; i--) to.WriteByte((byte)(random.Next(4) == 0 ? '\t' : ' '));
            to.Write(Encoding.Latin1.GetBytes(Quoted(word, random)));
        }

        to.Write(random.Next(2) == 0 ? "\r\n"u8 : "\n"u8);
    }

    private static string Quoted(byte[] word, Random random)
    {
        bool isPlain = word.Length > 0 && word.All(b => char.IsAsciiLetterOrDigit((char)b));
        if (isPlain && random.Next(3) > 0) return Encoding.Latin1.GetString(word);
        bool isLiteral = word.All(b => b is >= 32 and not ((byte)'\'' or (byte)'\\'));
        if (isLiteral && random.Next(2) == 0) return $"'{Encoding.Latin1.GetString(word)}'";
        var text = new StringBuilder("\"");
        foreach (byte b in word)
        {
            text.Append(b switch
            {
                (byte)'\n' => "\\n",
                (byte)'\r' => "\\r",
                (byte)'"' => "\\\"",
                (byte)'\\' => "\\\\",
                0 => "\\x00",
                _ => random.Next(8) == 0 ? $"\\x{b:x2}" : ((char)b).ToString(),
            });
        }

        return text.Append('"').ToString();
    }

    /// <summary>Random arguments: mostly short, of any bytes.</summary>
    public static byte[][] RandomCommand(Random random, int argumentsMax = 6)
    {
        var arguments = new byte[random.Next(1, argumentsMax + 1)][];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = new byte[random.Next(12) switch { 0 => 0, 1 => random.Next(90, 1100), _ => random.Next(1, 20) }];
            if (random.Next(3) == 0) random.NextBytes(arguments[i]); else arguments[i].AsSpan().Fill((byte)random.Next('a', 'z' + 1));
        }

        return arguments;
    }
}
