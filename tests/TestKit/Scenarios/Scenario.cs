using System.Globalization;
using System.Text;

namespace ModularKv.TestKit.Scenarios;

/// <summary>
/// Several clients of one server, told what to do by a script, and all that they were told, in order. A line is
/// <c>name&gt; COMMAND argument …</c> (a name that ends in 3 speaks RESP3), <c>close name</c>, <c>sleep milliseconds</c>, or a comment
/// after <c>#</c>. Clients appear when they are first named. An argument <c>@name</c> stands for the id of that client, and so it does in
/// what is said of redirections in the transcript of a script with such arguments.
/// </summary>
/// <remarks>
/// After each line every client outside MULTI is asked for PING and a token, so that all it was sent before has arrived: the transcript
/// does not depend on time; what clients were told after a line stands in the order of their names.
/// Arguments are separated by blanks; "" is an empty one.
/// </remarks>
public sealed class Scenario(ServerProcess server) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<string, Actor> actors = new(StringComparer.Ordinal);
    private readonly StringBuilder transcript = new();
    private readonly List<(string Name, string Text)> said = [];
    private readonly List<(string Id, string Shown)> ids = [];
    private bool namesIds;
    private int tokens;

    /// <summary>Plays a script on both servers, emptied before.</summary>
    /// <returns>Null when the transcripts are equal, otherwise where they part.</returns>
    public static string? Compare(ServerProcess ours, ServerProcess theirs, string script)
    {
        string[] mine = Play(ours, script);
        string[] other = Play(theirs, script);
        for (int i = 0; i < Math.Max(mine.Length, other.Length); i++)
        {
            string left = i < mine.Length ? mine[i] : "(nothing)";
            string right = i < other.Length ? other[i] : "(nothing)";
            if (left == right) continue;
            string before = string.Join('\n', mine.Skip(Math.Max(0, i - 8)).Take(Math.Min(i, 8)));
            return $"before:\n{before}\nours:  {left}\nredis: {right}";
        }
        return null;
    }

    /// <summary>Plays a script on a server, emptied before, and hands back the lines of the transcript.</summary>
    public static string[] Play(ServerProcess server, string script)
    {
        using (RespClient admin = server.Connect()) admin.Call("FLUSHALL");
        using Scenario scenario = new(server);
        return scenario.Play(script);
    }

    /// <summary>Plays a script; clients of earlier ones are still there.</summary>
    public string[] Play(string script)
    {
        transcript.Clear();
        namesIds = script.Contains(" @", StringComparison.Ordinal);
        foreach (string line in script.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#')) continue;
            transcript.Append(line).Append('\n');
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "sleep") Thread.Sleep(int.Parse(words[1], CultureInfo.InvariantCulture));
            else if (words[0] == "close") Close(words[1]);
            else Act(words[0].TrimEnd('>'), [.. words.Skip(1).Select(Argument)]);
            foreach ((string name, Actor actor) in actors) Settle(name, actor);
            foreach ((string name, string text) in said.OrderBy(line => line.Name, StringComparer.Ordinal))
            {
                transcript.Append("  ").Append(name).Append(text).Append('\n');
            }
            said.Clear();
        }
        return transcript.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Actor actor in actors.Values) actor.Client.Dispose();
    }

    private string Argument(string word)
    {
        if (word == "\"\"") return "";
        return namesIds && word.StartsWith('@') ? Find(word[1..]).Id : word;
    }

    private Actor Find(string name)
    {
        if (actors.TryGetValue(name, out Actor? actor)) return actor;
        RespClient client = server.Connect(Timeout);
        if (name.EndsWith('3')) client.Call("HELLO", "3");
        actor = new Actor(client, client.Call("CLIENT", "ID").Text);
        actors.Add(name, actor);
        if (namesIds) ids.Add(($":{actor.Id}\\r\\n", $":@{name}\\r\\n"));
        return actor;
    }

    private void Act(string name, string[] command)
    {
        Actor actor = Find(name);
        actor.Client.Send(Command.Of([.. command]));
        string word = command[0].ToUpperInvariant();
        if (!actor.IsInMulti && word != "MULTI")
        {
            Settle(name, actor); // before others are asked: they hear of what it did
            return;
        }
        Reply reply = actor.Client.Read();
        Say(name, reply);
        while (reply.Kind == ReplyKind.Push) Say(name, reply = actor.Client.Read());
        actor.IsInMulti = word == "MULTI" ? !reply.IsError || actor.IsInMulti : word is not ("EXEC" or "DISCARD" or "RESET");
    }

    private void Settle(string name, Actor actor)
    {
        if (actor.IsInMulti || actor.IsGone) return;
        string token = $"token-{++tokens}";
        try
        {
            actor.Client.Send("PING", token);
            while (true)
            {
                Reply reply = actor.Client.Read();
                bool isToken = reply.Text == token || (reply.Items.Count == 2 && reply.Items[1].Text == token);
                if (isToken) return;
                Say(name, reply);
            }
        }
        catch (RespException)
        {
            actor.IsGone = true;
            said.Add((name, " is disconnected"));
        }
    }

    private void Close(string name)
    {
        Actor actor = actors[name];
        actors.Remove(name);
        actor.Client.Dispose();
    }

    private void Say(string name, Reply reply)
    {
        string text = reply.ToString();
        bool mayHoldIds = text.Contains("redir", StringComparison.Ordinal);
        foreach ((string id, string shown) in mayHoldIds ? ids : []) text = text.Replace(id, shown, StringComparison.Ordinal);
        said.Add((name, ": " + text));
    }

    private sealed class Actor(RespClient client, string id)
    {
        public RespClient Client { get; } = client;

        public string Id { get; } = id;

        public bool IsInMulti { get; set; }

        public bool IsGone { get; set; }
    }
}
