using System.Text;

namespace ModularKv.Benchmarks.Beside;

/// <summary>The commands of one operation as bytes, several times over, with places for random numbers.</summary>
public sealed class RequestTemplate
{
    /// <summary>Stands for twelve random digits.</summary>
    public const string RandomMark = "__rand_int__";

    private readonly List<int> _places = [];
    private readonly byte[] _bytes;
    private ulong _state = 88172645463325252;

    /// <summary>Encodes <paramref name="operations"/> copies of the commands.</summary>
    public RequestTemplate(IReadOnlyList<string[]> commands, int operations)
    {
        using MemoryStream wire = new();
        for (int i = 0; i < operations; i++)
        {
            foreach (string[] command in commands) Write(wire, command);
        }

        _bytes = wire.ToArray();
        Replies = commands.Count * operations;
    }

    /// <summary>Replies to expect.</summary>
    public int Replies { get; }

    /// <summary>The bytes with new random numbers in them.</summary>
    public ReadOnlySpan<byte> Next(int below)
    {
        foreach (int place in _places)
        {
            _state ^= _state << 13;
            _state ^= _state >> 7;
            _state ^= _state << 17;
            long number = (long)(_state % (ulong)below);
            for (int i = place + RandomMark.Length - 1; i >= place; i--)
            {
                _bytes[i] = (byte)('0' + (number % 10));
                number /= 10;
            }
        }

        return _bytes;
    }

    /// <summary>One command as bytes.</summary>
    public static byte[] Encode(params ReadOnlySpan<string> command)
    {
        using MemoryStream wire = new();
        wire.Write(Encoding.ASCII.GetBytes($"*{command.Length}\r\n"));
        foreach (string argument in command) wire.Write(Encoding.Latin1.GetBytes($"${argument.Length}\r\n{argument}\r\n"));
        return wire.ToArray();
    }

    private void Write(MemoryStream wire, string[] command)
    {
        wire.Write(Encoding.ASCII.GetBytes($"*{command.Length}\r\n"));
        foreach (string argument in command)
        {
            wire.Write(Encoding.ASCII.GetBytes($"${argument.Length}\r\n"));
            for (int at = argument.IndexOf(RandomMark, StringComparison.Ordinal); at >= 0;
                at = argument.IndexOf(RandomMark, at + 1, StringComparison.Ordinal))
            {
                _places.Add((int)wire.Length + at);
            }

            wire.Write(Encoding.Latin1.GetBytes(argument + "\r\n"));
        }
    }
}
