using ModularKv.Abstractions;

namespace ModularKv.Migration;

/// <summary>What stands behind MIGRATE's five first arguments, as indices of arguments. Source: migrateCommand, migrateGetKeys.</summary>
internal readonly struct MigrateOptions
{
    /// <summary>Index of the first option.</summary>
    private const int Options = 6;

    /// <summary>COPY: the keys stay here.</summary>
    public bool Copies { get; private init; }

    /// <summary>REPLACE: keys that the target has are overwritten.</summary>
    public bool Replaces { get; private init; }

    /// <summary>Argument with the user; 0: none.</summary>
    public int User { get; private init; }

    /// <summary>Argument with the password; 0: none.</summary>
    public int Password { get; private init; }

    /// <summary>Argument with the first key.</summary>
    public int FirstKey { get; private init; }

    /// <summary>Number of keys.</summary>
    public int KeyCount { get; private init; }

    /// <summary>Reads them; passwords are marked as secrets, also where what follows is wrong.</summary>
    /// <returns>False: the error was replied.</returns>
    public static bool TryRead(ref CommandContext call, out MigrateOptions options)
    {
        options = default;
        bool copies = false, replaces = false;
        int user = 0, password = 0, firstKey = 3, keyCount = 1;
        for (int i = Options; i < call.ArgumentCount; i++)
        {
            int more = call.ArgumentCount - 1 - i;
            if (call.ArgumentIs(i, "copy"u8))
            {
                copies = true;
            }
            else if (call.ArgumentIs(i, "replace"u8))
            {
                replaces = true;
            }
            else if (call.ArgumentIs(i, "auth"u8) && more >= 1)
            {
                call.Redact(password = ++i);
            }
            else if (call.ArgumentIs(i, "auth2"u8) && more >= 2)
            {
                call.Redact(user = ++i);
                call.Redact(password = ++i);
            }
            else if (call.ArgumentIs(i, "keys"u8))
            {
                if (call.Argument(3).Length > 0)
                {
                    call.Reply.Error("ERR When using MIGRATE KEYS option, the key argument must be set to the empty string"u8);
                    return false;
                }

                (firstKey, keyCount) = (i + 1, more);
                break;
            }
            else
            {
                call.Reply.SyntaxError();
                return false;
            }
        }

        options = new MigrateOptions
        {
            Copies = copies, Replaces = replaces, User = user, Password = password, FirstKey = firstKey, KeyCount = keyCount,
        };
        return true;
    }

    /// <summary>The key finder of MIGRATE's row.</summary>
    public static bool FindKeys(ArgumentList arguments, KeyPositions keys)
    {
        const KeyFlags Moved = KeyFlags.RW | KeyFlags.Access | KeyFlags.Delete;
        for (int i = MayNameKeys(arguments) ? Options : arguments.Count; i < arguments.Count; i++)
        {
            if (arguments.Is(i, "keys"u8))
            {
                // A key beside KEYS is an error, which the command itself replies.
                if (arguments[3].Length > 0) return false;
                for (int key = i + 1; key < arguments.Count; key++) keys.Add(key, Moved);
                return true;
            }

            if (arguments.Is(i, "auth"u8)) i++;
            else if (arguments.Is(i, "auth2"u8)) i += 2;
        }

        keys.Add(3, Moved);
        return true;
    }

    // By the key specification: KEYS as the last word announces none.
    private static bool MayNameKeys(ArgumentList arguments)
    {
        for (int i = Options; i < arguments.Count - 1; i++)
        {
            if (arguments.Is(i, "keys"u8)) return true;
        }

        return false;
    }
}
