using System.Globalization;
using System.Text;

namespace ModularKv.Aof.Tests;

/// <summary>Reads a server's log from its folder.</summary>
internal static class AofFiles
{
    /// <summary>The commands of the increments, one text each.</summary>
    public static List<string> Commands(string directory)
    {
        var commands = new List<string>();
        string folder = Path.Combine(directory, "appendonlydir");
        foreach (string line in File.ReadAllLines(Directory.GetFiles(folder, "*.manifest")[0]))
        {
            string[] words = line.Split(' ');
            if (words[5] == "i") Read(File.ReadAllBytes(Path.Combine(folder, words[1])), commands);
        }

        return commands;
    }

    private static void Read(byte[] bytes, List<string> commands)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            int count = Number(bytes, ref at);
            string[] words = new string[count];
            for (int i = 0; i < count; i++)
            {
                int length = Number(bytes, ref at);
                words[i] = Encoding.Latin1.GetString(bytes, at, length);
                at += length + 2;
            }

            words[0] = words[0].ToUpperInvariant();
            commands.Add(string.Join(' ', words));
        }
    }

    private static int Number(byte[] bytes, ref int at)
    {
        int end = Array.IndexOf(bytes, (byte)'\n', at);
        int number = int.Parse(Encoding.ASCII.GetString(bytes, at + 1, end - at - 2), CultureInfo.InvariantCulture);
        at = end + 1;
        return number;
    }
}
