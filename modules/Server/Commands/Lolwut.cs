using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Server.Commands;

/// <summary>LOLWUT: a hitomezashi stitch pattern, a new one each time.</summary>
/// <remarks>
/// Every row and every column of a grid gets a coin toss: the stitches of that line are the even or the odd ones. Nothing else is
/// decided, and yet closed shapes appear.
/// </remarks>
internal sealed class Lolwut(IRandom random)
{
    private const int WidthDefault = 34;
    private const int HeightDefault = 17;
    private const int SideMax = 256;

    /// <summary>LOLWUT [VERSION version] [width] [height]. Source: redis.io/commands/lolwut.</summary>
    public void Run(ref CommandContext call)
    {
        int first = 1;
        int numbers = 0;
        if (call.ArgumentIs(1, "version"u8) && call.ArgumentCount > 2)
        {
            if (!NumberText.TryParse(call.Argument(2), out long version))
            {
                call.Reply.NotAnInteger();
                return;
            }

            // There is one picture for all versions, but Redis's own of these versions insist on their arguments.
            first = 3;
            numbers = version switch { 5 => 3, 6 => 2, _ => 0 };
        }

        for (int i = 0; i < numbers; i++)
        {
            if (TrySide(ref call, first + i, 1, out _)) continue;
            call.Reply.NotAnInteger();
            return;
        }

        if (!TrySide(ref call, first, WidthDefault, out int width)) width = WidthDefault;
        if (!TrySide(ref call, first + 1, HeightDefault, out int height)) height = HeightDefault;

        StringBuilder picture = Stitch(width, height).Append("\nRedis ver. ").Append(ServerVersion.Compatibility).Append('\n');
        call.Reply.Verbatim("txt"u8, Encoding.UTF8.GetBytes(picture.ToString()));
    }

    /// <summary>The picture: height lines of two characters a cell.</summary>
    private StringBuilder Stitch(int width, int height)
    {
        bool[] columns = Toss(width + 1), rows = Toss(height + 1);
        var text = new StringBuilder((width * 2 + 2) * (height + 1));
        for (int y = 0; y <= height; y++)
        {
            for (int x = 0; x <= width; x++)
            {
                bool down = y > 0 && columns[x] == (y % 2 == 0);
                bool right = x < width && rows[y] == (x % 2 == 0);
                text.Append(down ? '|' : ' ').Append(right ? '_' : ' ');
            }

            while (text.Length > 0 && text[^1] == ' ') text.Length--;
            text.Append('\n');
        }

        return text;
    }

    private bool[] Toss(int count)
    {
        bool[] coins = new bool[count];
        for (int i = 0; i < count; i++) coins[i] = random.Next(2) == 1;
        return coins;
    }

    private static bool TrySide(ref CommandContext call, int at, int standard, out int side)
    {
        side = standard;
        if (at >= call.ArgumentCount) return true;
        if (!NumberText.TryParse(call.Argument(at), out long asked)) return false;
        side = (int)Math.Clamp(asked, 1, SideMax);
        return true;
    }
}
