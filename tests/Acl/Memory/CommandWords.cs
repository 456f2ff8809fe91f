using System.Runtime.InteropServices;
using System.Text;
using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;

namespace ModularKv.Acl.Tests.Memory;

/// <summary>Words of a command line as the arguments of a command.</summary>
internal sealed unsafe class CommandWords : IDisposable
{
    private readonly Argument* _arguments;
    private readonly int _count;

    public CommandWords(string line)
    {
        string[] words = line.Split(' ');
        _count = words.Length;
        _arguments = (Argument*)NativeMemory.AllocZeroed((nuint)(_count * sizeof(Argument)));
        for (int i = 0; i < _count; i++)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(words[i]);
            byte* copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(copy, bytes.Length));
            _arguments[i] = new Argument { Bytes = copy, Length = bytes.Length };
        }
    }

    public ArgumentList List => new(_arguments, _count);

    public void Dispose()
    {
        for (int i = 0; i < _count; i++) NativeMemory.Free(_arguments[i].Bytes);
        NativeMemory.Free(_arguments);
    }
}
