namespace ModularKv.Bitmaps.Fields;

/// <summary>What BITFIELD does with a result that the field cannot hold.</summary>
internal enum FieldOverflow
{
    /// <summary>The high bits are lost.</summary>
    Wrap,

    /// <summary>The nearest value that fits.</summary>
    Saturate,

    /// <summary>Nothing is written.</summary>
    Fail,
}

/// <summary>Sums within the range of a field.</summary>
internal static class FieldArithmetic
{
    /// <summary>Adds to a field's value.</summary>
    /// <param name="field">The field, for its width and sign.</param>
    /// <param name="value">The value; for a SET the number to store, which may be outside the range.</param>
    /// <param name="increment">What is added; 0 for a SET.</param>
    /// <param name="overflow">What to do when the sum is out of range.</param>
    /// <param name="result">The sum, wrapped or cut; undefined when false is returned.</param>
    /// <returns>False: out of range, and <paramref name="overflow"/> says that this fails.</returns>
    public static bool TryAdd(BitField field, long value, long increment, FieldOverflow overflow, out long result)
    {
        // An unsigned number to store that is negative counts as a huge one.
        Int128 sum = field.IsSigned ? (Int128)value + increment : (Int128)(UInt128)(ulong)value + increment;
        Int128 max = (Int128.One << (field.IsSigned ? field.Width - 1 : field.Width)) - 1;
        Int128 min = field.IsSigned ? -max - 1 : 0;
        result = unchecked((long)sum);
        if (sum >= min && sum <= max) return true;
        if (overflow == FieldOverflow.Wrap)
        {
            result = field.Wrap(unchecked(value + increment));
        }
        else
        {
            // Redis computes in 64 bits how much room there is above: far below the range that wraps, and counts as above it.
            bool above = sum > max || (field.IsSigned && field.Width < 64 && increment > unchecked((long)max - value));
            result = (long)(above ? max : min);
        }

        return overflow != FieldOverflow.Fail;
    }
}
