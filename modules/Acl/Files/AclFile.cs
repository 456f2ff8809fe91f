using System.Runtime.InteropServices;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Configuration;
using ModularKv.Acl.Rules;
using ModularKv.Acl.Users;

namespace ModularKv.Acl.Files;

/// <summary>The file of users: <c>aclfile</c>, ACL LOAD and ACL SAVE.</summary>
/// <param name="path">The parameter aclfile; empty: none.</param>
/// <param name="directory">The parameter dir, from which a relative path counts.</param>
/// <param name="users">The users.</param>
/// <param name="changes">Replaces them.</param>
/// <param name="log">Told why a file was not written.</param>
internal sealed class AclFile(StringParameter path, Parameter? directory, UserTable users, UserChanges changes, ILog log)
{
    /// <summary>Whether there is a file.</summary>
    public bool IsConfigured => path.Text.Length > 0;

    private string FullPath => Path.GetFullPath(path.Text, Path.GetFullPath(directory?.Format() ?? "."));

    /// <summary>Replaces all users by those of the file.</summary>
    /// <returns>Null when done; otherwise every line that is wrong, and nothing was changed.</returns>
    public string? Load(Client? caller)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(FullPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Error loading ACLs, opening file '{path.Text}': {Reason(e)}";
        }

        var errors = new StringBuilder();
        List<AclUser> fresh = Read(content, errors);
        if (errors.Length > 0)
        {
            return errors + "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";
        }

        changes.Replace(fresh, caller);
        return null;
    }

    /// <summary>Writes all users, so that the old file or the new one is there whole, whatever happens.</summary>
    /// <returns>False: it could not be written; the log says why.</returns>
    public bool Save()
    {
        RuleText text = changes.CreateText();
        var content = new StringBuilder();
        foreach (AclUser user in users.All) content.Append(changes.LineOf(user, text)).Append('\n');
        string target = FullPath;
        string temporary = $"{target}.tmp-{Environment.ProcessId}-{DateTime.UtcNow.Ticks}";
        try
        {
            using (var stream = new FileStream(temporary, OptionsFor(target)))
            {
                stream.Write(ConfigurationText.Encode(content.ToString()));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Warning($"Writing ACL file {target} for ACL SAVE: {Reason(e)}");
            Forget(temporary);
            return false;
        }
    }

    // Hashes of passwords stand in it: a file that its owner closed to others stays closed.
    private static FileStreamOptions OptionsFor(string target)
    {
        const UnixFileMode Fresh = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = File.Exists(target) ? File.GetUnixFileMode(target) : Fresh;
        return options;
    }

    private static void Forget(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one that counts; the leftover has a name of its own.
        }
    }

    private List<AclUser> Read(byte[] content, StringBuilder errors)
    {
        UserRules rules = changes.CreateRules();
        var fresh = new List<AclUser>();
        int number = 0;
        foreach (Range range in content.AsSpan().Split((byte)'\n'))
        {
            number++;
            byte[] line = content.AsSpan(range).Trim(" \t\r\n"u8).ToArray();
            if (line.Length == 0) continue;
            string place = $"{path.Text}:{number}";
            List<byte[]> words = SplitAtSpaces(line);
            if (words.Count < 2 || !words[0].AsSpan().SequenceEqual("user"u8))
            {
                errors.Append($"{place} should start with user keyword followed by the username. ");
            }
            else if (SelectorRules.HasSpaces(words[1]))
            {
                errors.Append($"'{place}: username '{ConfigurationText.Decode(words[1])}' contains invalid characters. ");
            }
            else if (fresh.Exists(user => user.Name.AsSpan().SequenceEqual(words[1])))
            {
                errors.Append($"WARNING: Duplicate user '{ConfigurationText.Decode(words[1])}' found on line {number}. ");
            }
            else
            {
                AclUser user = changes.CreateUser(words[1]);
                fresh.Add(user);
                Apply(rules, user, words[2..], place, errors);
            }
        }

        return fresh;
    }

    private static void Apply(UserRules rules, AclUser user, List<byte[]> words, string place, StringBuilder errors)
    {
        if (RuleArguments.Merge(words, out _) is not { } merged)
        {
            errors.Append($"{place}: Unmatched parenthesis in selector definition. ");
            return;
        }

        bool hasSyntaxError = false;
        foreach (byte[] word in merged)
        {
            byte[] rule = word.AsSpan().Trim("\t\r\n"u8).ToArray();
            RuleError error = rules.Apply(user, rule);
            if (error == RuleError.None) continue;
            if (error == RuleError.Unknown)
            {
                // Names of commands are no secret, unlike what a misspelt rule may be.
                errors.Append($"{place}: Error in applying operation '{ConfigurationText.Decode(rule)}': {error.Text()}. ");
            }
            else if (!hasSyntaxError)
            {
                errors.Append($"{place}: {error.Text()}. ");
                hasSyntaxError = true;
            }
        }
    }

    // Unlike redis.conf without quotes; two blanks make an empty rule, which changes nothing.
    private static List<byte[]> SplitAtSpaces(byte[] line)
    {
        var words = new List<byte[]>();
        foreach (Range range in line.AsSpan().Split((byte)' ')) words.Add(line[range]);
        return words;
    }

    private static string Reason(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
        UnauthorizedAccessException => "Permission denied",
        IOException { HResult: > 0 } numbered => Marshal.GetPInvokeErrorMessage(numbered.HResult),
        _ => e.Message,
    };
}
