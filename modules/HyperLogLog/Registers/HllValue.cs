using ModularKv.Abstractions;
using ModularKv.HyperLogLog.Memory;

namespace ModularKv.HyperLogLog.Registers;

/// <summary>The bytes of a HyperLogLog, wherever they are.</summary>
internal interface IHllBytes
{
    /// <summary>All bytes, header included. They move when the length changes.</summary>
    Span<byte> Bytes { get; }

    /// <summary>Changes the length; bytes up to the smaller one stay.</summary>
    void Resize(int length);
}

/// <summary>The bytes of a key's value.</summary>
internal ref struct EntryBytes(Database keys, Entry entry) : IHllBytes
{
    private Entry _entry = entry;

    /// <inheritdoc/>
    public readonly Span<byte> Bytes => _entry.WritableValue;

    /// <inheritdoc/>
    public void Resize(int length) => _entry = keys.Resize(_entry, length, growing: true);
}

/// <summary>Bytes of nobody's key: for the self test.</summary>
internal struct LooseBytes : IHllBytes
{
    private byte[] _bytes;
    private int _length;

    /// <summary>A value without elements.</summary>
    public LooseBytes()
    {
        _bytes = new byte[HllLayout.DenseBytes];
        _length = HllLayout.NewBytes;
        HllLayout.WriteNew(Bytes);
    }

    /// <inheritdoc/>
    public readonly Span<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <inheritdoc/>
    public void Resize(int length)
    {
        if (length > _bytes.Length) Array.Resize(ref _bytes, length * 2);
        _length = length;
    }
}

/// <summary>A HyperLogLog: picks between the two representations, the only place that does.</summary>
/// <remarks>Has scratch memory for one conversion at a time. Loop thread only.</remarks>
internal sealed class HllValue
{
    private readonly byte[] _raw = new byte[HllLayout.Registers];

    /// <summary>Adds an element.</summary>
    /// <param name="value">A valid value.</param>
    /// <param name="element">The element.</param>
    /// <param name="sparseBytesMax">Length above which a sparse value becomes dense.</param>
    /// <returns>Done, None or Corrupt.</returns>
    public RegisterChange Add<T>(scoped ref T value, ReadOnlySpan<byte> element, long sparseBytesMax) where T : IHllBytes, allows ref struct
    {
        (int index, int run) = ElementHash.Place(element);
        SparseCursor start = default;
        return Raise(ref value, index, run, sparseBytesMax, ref start);
    }

    /// <summary>Raises all registers to those given, one byte each, of which the value's own are part already.</summary>
    public void RaiseAll<T>(scoped ref T value, ReadOnlySpan<byte> raw, long sparseBytesMax) where T : IHllBytes, allows ref struct
    {
        SparseCursor cursor = default;
        for (int i = 0; i < raw.Length && !HllLayout.IsDense(value.Bytes); i++)
        {
            if (raw[i] != 0) Raise(ref value, i, raw[i], sparseBytesMax, ref cursor);
        }

        if (HllLayout.IsDense(value.Bytes)) DenseRegisters.Pack(raw, value.Bytes[HllLayout.HeaderBytes..]);
    }

    private RegisterChange Raise<T>(scoped ref T value, int index, int run, long sparseBytesMax, ref SparseCursor cursor)
        where T : IHllBytes, allows ref struct
    {
        Span<byte> bytes = value.Bytes;
        if (HllLayout.IsDense(bytes))
        {
            return DenseRegisters.Raise(bytes[HllLayout.HeaderBytes..], index, run) ? RegisterChange.Done : RegisterChange.None;
        }

        SparseEdit edit = default;
        RegisterChange change = run > SparseCode.ValueMax
            ? RegisterChange.NeedsDense
            : SparseRegisters.Find(bytes[HllLayout.HeaderBytes..], index, run, ref cursor, out edit);
        bool isFull = change == RegisterChange.Done && edit.Growth > 0 && bytes.Length + edit.Growth > sparseBytesMax;
        if (isFull) change = RegisterChange.NeedsDense;
        if (change == RegisterChange.NeedsDense)
        {
            if (!TryMakeDense(ref value)) return RegisterChange.Corrupt;
            DenseRegisters.Raise(value.Bytes[HllLayout.HeaderBytes..], index, run);
            return RegisterChange.Done;
        }

        if (change != RegisterChange.Done) return change;
        int length = bytes.Length - HllLayout.HeaderBytes;
        if (edit.Growth > 0) value.Resize(bytes.Length + edit.Growth);
        bytes = value.Bytes;
        int after = SparseRegisters.Apply(bytes[HllLayout.HeaderBytes..], length, edit) + HllLayout.HeaderBytes;
        if (after != bytes.Length) value.Resize(after);
        HllLayout.MarkStale(value.Bytes);
        return RegisterChange.Done;
    }

    /// <summary>Makes a sparse value dense. False: it is corrupt and stays what it is.</summary>
    public bool TryMakeDense<T>(scoped ref T value) where T : IHllBytes, allows ref struct
    {
        if (HllLayout.IsDense(value.Bytes)) return true;
        Array.Clear(_raw);
        if (!SparseRegisters.TryMaximum(value.Bytes[HllLayout.HeaderBytes..], _raw)) return false;
        value.Resize(HllLayout.DenseBytes);
        Span<byte> dense = value.Bytes;
        HllLayout.MarkDense(dense);
        DenseRegisters.Pack(_raw, dense[HllLayout.HeaderBytes..]);
        return true;
    }

    /// <summary>Raises registers, one byte each, to those of a value. False: it is corrupt.</summary>
    public static bool TryMaximum(ReadOnlySpan<byte> value, Span<byte> raw)
    {
        ReadOnlySpan<byte> registers = value[HllLayout.HeaderBytes..];
        if (!HllLayout.IsDense(value)) return SparseRegisters.TryMaximum(registers, raw);
        DenseRegisters.Maximum(registers, raw);
        return true;
    }

    /// <summary>Estimates the number of elements from registers of one byte each.</summary>
    public static long Estimate(ReadOnlySpan<byte> raw)
    {
        Span<int> histogram = stackalloc int[Estimator.HistogramSize];
        histogram.Clear();
        DenseRegisters.Histogram(raw, histogram);
        return Estimator.Estimate(histogram);
    }

    /// <summary>Estimates the number of elements of a value. False: it is corrupt.</summary>
    public bool TryEstimate(ReadOnlySpan<byte> value, out long estimate)
    {
        estimate = 0;
        if (HllLayout.IsDense(value))
        {
            Array.Clear(_raw);
            DenseRegisters.Maximum(value[HllLayout.HeaderBytes..], _raw);
            estimate = Estimate(_raw);
            return true;
        }

        Span<int> histogram = stackalloc int[Estimator.HistogramSize];
        histogram.Clear();
        if (!SparseRegisters.TryHistogram(value[HllLayout.HeaderBytes..], histogram)) return false;
        estimate = Estimator.Estimate(histogram);
        return true;
    }
}
