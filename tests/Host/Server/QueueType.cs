using System.Text;
using ModularKv.Abstractions;

namespace ModularKv.Host.Tests.Server;

/// <summary>A list of texts, with commands that block on it as Redis's do: push, pop, move, and one that waits for the key's end.</summary>
internal sealed class QueueType : ManagedType<List<string>>
{
    public override string Name => "queue";

    public override string EncodingOf(Entry value) => "queue";

    public override void Digest(Entry value, DigestBuilder digest) => throw new NotSupportedException();

    public override bool Save(Entry value, ValueWriter writer, ref ulong position) => throw new NotSupportedException();

    public override Entry Load(ValueReader reader, int rdbType, Database database, scoped in KeyRef key)
        => throw new NotSupportedException();

    public override void Rewrite(Entry value, ICommandSink commands) => throw new NotSupportedException();

    /// <summary>push key text …</summary>
    public void Push(ref CommandContext call)
    {
        for (int i = 2; i < call.ArgumentCount; i++) Append(ref call, 1, Encoding.UTF8.GetString(call.Argument(i)));
        call.Reply.Integer(call.ArgumentCount - 2);
    }

    /// <summary>pop timeout-ms key …</summary>
    public void Pop(ref CommandContext call)
    {
        Span<int> keys = stackalloc int[call.ArgumentCount - 2];
        for (int i = 0; i < keys.Length; i++) keys[i] = i + 2;
        int found = 0;
        foreach (int key in keys)
        {
            if (call.IsRetry && key != call.ReadyKey) continue;
            Entry entry = call.Keys.FindForWrite(call.Key(key));
            if (entry.IsMissing || (call.IsRetry && !entry.Is(this))) continue;
            found = key;
            break;
        }

        if (found != 0) TakeFirst(ref call, found);
        else if (call.IsTimedOut || call.MayNotBlock) call.Reply.NullArray();
        else call.BlockOnKeys(keys, int.Parse(Encoding.UTF8.GetString(call.Argument(1))));
    }

    /// <summary>move from to: waits without end.</summary>
    public void Move(ref CommandContext call)
    {
        Entry entry = call.Keys.FindForWrite(call.Key(1));
        if (entry.IsMissing || !entry.Is(this))
        {
            call.BlockOnKeys([1], 0);
            return;
        }

        string text = RemoveFirst(ref call, 1, entry);
        Append(ref call, 2, text);
        call.Reply.Bulk(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>watch key: waits until it is deleted.</summary>
    public void Watch(ref CommandContext call)
    {
        if (call.Keys.Exists(call.Key(1))) call.BlockOnKeys([1], 0, BlockOptions.WakeOnDelete);
        else call.Reply.Simple("gone"u8);
    }

    protected override List<string> Clone(List<string> value) => [.. value];

    protected override long SizeOf(List<string> value) => value.Count;

    private void Append(ref CommandContext call, int key, string text)
    {
        Entry entry = call.Keys.FindForWrite(call.Key(key));
        if (entry.IsMissing) Create(call.Keys, call.Key(key), [text]);
        else Get(entry).Add(text);
        call.Changed(call.Key(key), KeyEventClass.List, "push"u8);
    }

    private void TakeFirst(ref CommandContext call, int key)
    {
        Entry entry = call.Keys.FindForWrite(call.Key(key));
        if (!entry.Is(this))
        {
            call.Reply.WrongType();
            return;
        }

        string text = RemoveFirst(ref call, key, entry);
        call.PropagateAs().Add("popped"u8).Add(call.Argument(key)).Add(Encoding.UTF8.GetBytes(text)).Send();
        call.Reply.Array(2);
        call.Reply.Bulk(call.Argument(key));
        call.Reply.Bulk(Encoding.UTF8.GetBytes(text));
    }

    private string RemoveFirst(ref CommandContext call, int key, Entry entry)
    {
        List<string> items = Get(entry);
        string text = items[0];
        items.RemoveAt(0);
        if (items.Count == 0) call.Keys.Delete(call.Key(key));
        call.Changed(call.Key(key), KeyEventClass.List, "pop"u8);
        return text;
    }
}
