using ModularKv.Abstractions;

namespace ModularKv.Keys;

/// <summary>A database number among a command's arguments.</summary>
internal static class DatabaseNumber
{
    /// <summary>Reads the argument; replies the error when it names no database.</summary>
    public static bool TryRead(ref CommandContext call, int index, out Database database)
    {
        database = call.Keys;
        if (!NumberText.TryParse(call.Argument(index), out long number))
        {
            call.Reply.NotAnInteger();
            return false;
        }

        if (number is < int.MinValue or > int.MaxValue)
        {
            call.Reply.Error("ERR value is out of range, value must between -2147483648 and 2147483647"u8);
            return false;
        }

        if (number < 0 || number >= call.Server.Databases.Count)
        {
            call.Reply.Error("ERR DB index is out of range"u8);
            return false;
        }

        database = call.Server.Databases[(int)number];
        return true;
    }
}
