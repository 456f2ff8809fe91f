using ModularKv.Abstractions;
using ModularKv.Rdb.Format;

namespace ModularKv.Rdb.Reading;

/// <summary>Finds the end of a value without understanding it, for every type byte there is.</summary>
internal class ValueSkipper(RdbStream stream)
{
    private const int TimeBytes = 8;
    private const int StreamIdBytes = 16;

    /// <summary>Reads over a value.</summary>
    /// <exception cref="ValueFormatException">There is no such type byte, or the bytes end.</exception>
    public void Skip(int type)
    {
        switch (type)
        {
            case RdbTypeByte.String or RdbTypeByte.HashZipmap or RdbTypeByte.ListZiplist or RdbTypeByte.SetIntset
                or RdbTypeByte.SortedSetZiplist or RdbTypeByte.HashZiplist or RdbTypeByte.HashListpack or RdbTypeByte.SortedSetListpack
                or RdbTypeByte.SetListpack or RdbTypeByte.HashListpackTimedPreGa:
                String();
                break;
            case RdbTypeByte.HashListpackTimed:
                stream.Skip(TimeBytes);
                String();
                break;
            case RdbTypeByte.List or RdbTypeByte.Set or RdbTypeByte.ListQuicklist:
                for (ulong left = stream.Length(); left > 0; left--) String();
                break;
            case RdbTypeByte.Module2:
                stream.Length();
                ModuleItems();
                break;
            case RdbTypeByte.StreamListpacks or RdbTypeByte.StreamListpacks2 or RdbTypeByte.StreamListpacks3:
                Stream(type);
                break;
            default:
                Elements(type);
                break;
        }
    }

    /// <summary>Reads over a module's items, the mark of their end included.</summary>
    public void ModuleItems()
    {
        while (true)
        {
            ulong mark = stream.Length();
            switch (mark)
            {
                case ModuleMark.End:
                    return;
                case ModuleMark.Signed or ModuleMark.Unsigned:
                    stream.Length();
                    break;
                case ModuleMark.Float:
                    stream.Skip(sizeof(float));
                    break;
                case ModuleMark.Double:
                    stream.Skip(sizeof(double));
                    break;
                case ModuleMark.String:
                    String();
                    break;
                default:
                    throw stream.Broken($"a module's item of unknown kind {mark}");
            }
        }
    }

    private void Elements(int type)
    {
        if (type == RdbTypeByte.HashTimed) stream.Skip(TimeBytes);
        for (ulong left = stream.Length(); left > 0; left--)
        {
            switch (type)
            {
                case RdbTypeByte.SortedSet:
                    String();
                    TextScore();
                    break;
                case RdbTypeByte.SortedSet2:
                    String();
                    stream.Skip(sizeof(double));
                    break;
                case RdbTypeByte.Hash:
                    String();
                    String();
                    break;
                case RdbTypeByte.ListQuicklist2:
                    stream.Length();
                    String();
                    break;
                case RdbTypeByte.HashTimedPreGa or RdbTypeByte.HashTimed:
                    stream.Length();
                    String();
                    String();
                    break;
                default:
                    throw stream.Broken($"Unknown RDB encoding type {type}");
            }
        }
    }

    // Three marks stand for what is no finite number. Source: rdbLoadDoubleValue.
    private void TextScore()
    {
        const int FirstMark = 253;
        byte length = stream.Byte();
        if (length < FirstMark) stream.Skip(length);
    }

    private void Stream(int type)
    {
        for (ulong left = stream.Length(); left > 0; left--)
        {
            String();
            String();
        }

        bool isSecond = type != RdbTypeByte.StreamListpacks;
        Numbers(isSecond ? 8 : 3);
        for (ulong groups = stream.Length(); groups > 0; groups--)
        {
            String();
            Numbers(isSecond ? 3 : 2);
            for (ulong left = stream.Length(); left > 0; left--)
            {
                stream.Skip(StreamIdBytes + TimeBytes);
                stream.Length();
            }

            for (ulong consumers = stream.Length(); consumers > 0; consumers--)
            {
                String();
                stream.Skip(type == RdbTypeByte.StreamListpacks3 ? 2ul * TimeBytes : TimeBytes);
                for (ulong left = stream.Length(); left > 0; left--) stream.Skip(StreamIdBytes);
            }
        }
    }

    private void Numbers(int count)
    {
        for (int i = 0; i < count; i++) stream.Length();
    }

    private void String()
    {
        ulong length = stream.Length(out bool isEncoding);
        if (!isEncoding)
        {
            stream.Skip(length);
            return;
        }

        switch ((int)length)
        {
            case RdbEncoding.Int8: stream.Skip(1); break;
            case RdbEncoding.Int16: stream.Skip(2); break;
            case RdbEncoding.Int32: stream.Skip(4); break;
            case RdbEncoding.Lzf:
                ulong compressed = stream.Length();
                Compressed(compressed, stream.Length());
                break;
            default:
                throw stream.Broken($"Unknown RDB string encoding type {length}");
        }
    }

    /// <summary>Reads over a compressed string.</summary>
    /// <param name="compressed">Bytes of it.</param>
    /// <param name="length">Bytes that it makes, as it states.</param>
    protected virtual void Compressed(ulong compressed, ulong length) => stream.Skip(compressed);
}
