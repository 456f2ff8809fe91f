using System.Runtime.InteropServices;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Collections;
using ModularKv.Abstractions.Memory;
using ModularKv.Host.Keyspace;
using ModularKv.Host.Keyspace.Memory;
using ModularKv.Streams.Memory;

namespace ModularKv.Streams.Tests;

/// <summary>A keyspace with the type "stream" and nothing else, on a heap that checks itself.</summary>
internal sealed unsafe class StreamBench : IKeyspaceSink, IDisposable
{
    public const long NowMs = 1_700_000_000_000;

    private readonly Argument* _arguments = (Argument*)NativeMemory.Alloc(1 << 20);
    private readonly byte* _content = (byte*)NativeMemory.Alloc(1 << 20);

    public StreamBench()
    {
        State = new KeyspaceState(new KeyspaceOptions { Databases = 2, Checking = true, Seed = 1 }, new ServerStatistics(), this);
        State.Clock.Update(NowMs);
        Databases = new Databases(State);
        Memory = new MemoryOwner("streams", State.Blocks);
        Type = new StreamType(Memory);
        State.Types.Register(Type);
    }

    public KeyspaceState State { get; }

    public Databases Databases { get; }

    public MemoryOwner Memory { get; }

    public StreamType Type { get; }

    public DatabaseStore Keys => Databases.Store(0);

    public static PinnedKey Key(string name) => new(Encoding.Latin1.GetBytes(name));

    public void Expired(Database database, scoped in KeyRef key, bool lazy)
    {
        // No key of these tests expires.
    }

    public void Added(Database database, scoped in KeyRef key)
    {
        // Events are the server's business.
    }

    public void Missed(Database database, scoped in KeyRef key)
    {
        // Events are the server's business.
    }

    /// <summary>Adds an entry.</summary>
    public void Append(StreamValue stream, StreamId id, IReadOnlyList<string> fields, NodeLimits limits)
    {
        byte* at = _content;
        for (int i = 0; i < fields.Count; i++)
        {
            int length = Encoding.Latin1.GetBytes(fields[i], new Span<byte>(at, fields[i].Length));
            _arguments[i] = new Argument { Bytes = at, Length = length };
            at += length;
        }

        var list = new ArgumentList(_arguments, fields.Count);
        Assert.True(StreamValue.Fits(list, out long bytes));
        stream.Append(id, list, bytes, limits);
    }

    /// <summary>The entries of a range as text.</summary>
    public static List<(StreamId Id, string Fields)> Read(StreamValue stream, StreamId from, StreamId to, bool isReverse)
    {
        List<(StreamId, string)> entries = [];
        Span<byte> digits = stackalloc byte[NumberText.IntegerBytesMax];
        EntryWalk walk = stream.Walk(from, to, isReverse);
        while (walk.MoveNext())
        {
            List<string> fields = [];

            // Every third entry is not read: the walk has to get past it all the same.
            for (int i = 0; i < walk.Pairs && (walk.Id.Ms + walk.Id.Seq) % 3 != 0; i++)
            {
                walk.Read(out ListpackElement field, out ListpackElement value);
                fields.Add(Encoding.Latin1.GetString(field.Text(digits)));
                fields.Add(Encoding.Latin1.GetString(value.Text(digits)));
            }

            entries.Add((walk.Id, string.Join('|', fields)));
        }

        return entries;
    }

    /// <summary>All that a stream's saved form says.</summary>
    public byte[] Save(string name)
    {
        using PinnedKey key = Key(name);
        using var writer = new ItemWriter();
        Entry entry = Keys.Find(key.Key);
        ulong position = 0;
        while (!Type.Save(entry, writer, ref position)) writer.BeginValue();
        return writer.Content.ToArray();
    }

    /// <summary>Loads what <see cref="Save"/> returned.</summary>
    public void Load(byte[] saved, string name)
    {
        using PinnedKey key = Key(name);
        fixed (byte* p = saved)
        {
            var reader = new ItemReader();
            reader.Open(new ReadOnlySpan<byte>(p, saved.Length));
            Type.Load(reader, reader.TryRdbType(), Keys, key.Key);
            Assert.True(reader.AtEnd);
        }
    }

    /// <summary>Removes everything and looks whether something was forgotten.</summary>
    public void VerifyNoLeaks()
    {
        Databases.Flush(-1, lazy: false);
        while (State.LazyFree.Step(1000))
        {
            // Until nothing is left.
        }

        Assert.Equal(0, Memory.Blocks);
        Assert.Equal(0, Memory.UsedBytes);
        State.Blocks.VerifyNoLeaks();
    }

    public void Dispose()
    {
        NativeMemory.Free(_arguments);
        NativeMemory.Free(_content);
        State.Dispose();
    }
}
