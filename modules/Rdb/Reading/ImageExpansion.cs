using ModularKv.Abstractions;
using ModularKv.Abstractions.Memory;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Reading;

/// <summary>Goes through an image without understanding its values, and expands its compressed strings.</summary>
internal sealed class ImageExpansion
{
    private const int ExpireTimeBytes = 4;
    private const int ExpireTimeMsBytes = 8;

    private readonly RdbStream _stream;
    private readonly Skipper _skipper;

    /// <param name="chunks">Begin with an image; each gets the strings that end in it.</param>
    public ImageExpansion(ChunkSource chunks)
    {
        _stream = new RdbStream(chunks.Room);
        _skipper = new Skipper(_stream);
        _stream.Open(chunks);
    }

    /// <summary>Goes to the image's end. What follows it may have been read.</summary>
    /// <exception cref="ValueFormatException">The bytes are no image, or end.</exception>
    public void Run()
    {
        _stream.Skip(ImageReading.HeaderBytes);
        while (true)
        {
            int opcode = _stream.Byte();
            if (opcode == RdbOpcode.End) return;
            if (opcode < RdbOpcode.SlotInfo)
            {
                _skipper.Skip(RdbTypeByte.String);
                _skipper.Skip(opcode);
            }
            else
            {
                SkipOther(opcode);
            }
        }
    }

    private void SkipOther(int opcode)
    {
        switch (opcode)
        {
            case RdbOpcode.ExpireTime:
                _stream.Skip(ExpireTimeBytes);
                break;
            case RdbOpcode.ExpireTimeMs:
                _stream.Skip(ExpireTimeMsBytes);
                break;
            case RdbOpcode.Frequency:
                _stream.Skip(1);
                break;
            case RdbOpcode.Idle or RdbOpcode.SelectDatabase:
                _stream.Length();
                break;
            case RdbOpcode.ResizeDatabase:
                SkipLengths(2);
                break;
            case RdbOpcode.SlotInfo:
                SkipLengths(3);
                break;
            case RdbOpcode.Aux:
                _skipper.Skip(RdbTypeByte.String);
                _skipper.Skip(RdbTypeByte.String);
                break;
            case RdbOpcode.ModuleAux:
                SkipLengths(3);
                _skipper.ModuleItems();
                break;
            case RdbOpcode.Function2:
                _skipper.Skip(RdbTypeByte.String);
                break;
            default:
                throw _stream.Broken($"an opcode {opcode}");
        }
    }

    private void SkipLengths(int count)
    {
        for (int i = 0; i < count; i++) _stream.Length();
    }

    private sealed class Skipper(RdbStream stream) : ValueSkipper(stream)
    {
        // Longer ones are the loop's.
        private const ulong CompressedBytesMax = 64 * 1024;

        private readonly RdbStream _stream = stream;

        protected override void Compressed(ulong compressed, ulong length)
        {
            if (compressed > CompressedBytesMax || length > ExpandedStrings.BytesMax)
            {
                _stream.Skip(compressed);
                return;
            }

            ReadOnlySpan<byte> bytes = _stream.Bytes(compressed);
            ExpandedStrings expanded = _stream.Expanded;
            Span<byte> room = expanded.Room((int)length);
            if (!room.IsEmpty && Lzf.TryDecompress(bytes, room)) expanded.Add(_stream.Position, (int)length);
        }
    }
}
