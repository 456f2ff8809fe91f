using System.Globalization;
using Jint.Native;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Runtime;
using ModularKv.JavaScript.Running;

namespace ModularKv.JavaScript.Engine;

/// <summary>
/// Array.prototype.sort, metered and stable. The interpreter's own goes through .NET's, which wraps what a comparison throws: unwinding
/// many of them within one another needs more stack than the recursion did. Source: ECMAScript 5.1, 15.4.4.11.
/// </summary>
internal sealed class ArraySort(Jint.Engine engine, Meter meter)
{
    /// <summary>Sorts in place; holes and undefined go to the end.</summary>
    /// <param name="self">An array, or what is like one.</param>
    /// <param name="comparison">A function of two values, or undefined: by text.</param>
    public JsValue Sort(JsValue self, JsValue comparison)
    {
        if (!comparison.IsUndefined() && !comparison.Is<FunctionInstance>())
        {
            throw new JavaScriptException(engine.TypeError, "The comparison function must be a function");
        }

        meter.Descend();
        ObjectInstance array = TypeConverter.ToObject(engine, self);
        int length = Builtins.CheckedLength(engine, array);
        List<JsValue> values = [];
        int undefined = 0;
        for (int i = 0; i < length; i++)
        {
            string index = Index(i);
            if (!array.HasProperty(index)) continue;
            JsValue value = array.Get(index);
            if (value.IsUndefined()) undefined++;
            else values.Add(value);
        }

        JsValue[] sorted = comparison.IsUndefined() ? ByText(values) : By(values, comparison.As<FunctionInstance>());
        for (int i = 0; i < length; i++)
        {
            if (i < sorted.Length) array.Put(Index(i), sorted[i], true);
            else if (i < sorted.Length + undefined) array.Put(Index(i), JsValue.Undefined, true);
            else array.Delete(Index(i), true);
        }

        return array;
    }

    private JsValue[] ByText(List<JsValue> values)
    {
        (string Text, JsValue Value)[] pairs = [.. values.Select(value => (TypeConverter.ToString(value), value))];
        Merge(pairs, (a, b) => string.CompareOrdinal(a.Text, b.Text));
        return [.. pairs.Select(pair => pair.Value)];
    }

    private JsValue[] By(List<JsValue> values, FunctionInstance comparison)
    {
        JsValue[] sorted = [.. values];
        Merge(sorted, (a, b) => TypeConverter.ToNumber(comparison.Call(JsValue.Undefined, [a, b])));
        return sorted;
    }

    /// <summary>From the bottom up, so that it does not recurse; a comparison that contradicts itself harms only the order.</summary>
    private void Merge<T>(T[] values, Func<T, T, double> compare)
    {
        T[] from = values, to = new T[values.Length];
        for (long width = 1; width < values.Length; width *= 2)
        {
            for (long start = 0; start < values.Length; start += 2 * width)
            {
                long middle = Math.Min(start + width, values.Length), end = Math.Min(start + (2 * width), values.Length);
                long left = start, right = middle;
                for (long at = start; at < end; at++)
                {
                    meter.Tick();
                    bool isLeft = left < middle && (right >= end || !(compare(from[left], from[right]) > 0));
                    to[at] = isLeft ? from[left++] : from[right++];
                }
            }

            (from, to) = (to, from);
        }

        if (from != values) from.CopyTo(values, 0);
    }

    private static string Index(int index) => index.ToString(CultureInfo.InvariantCulture);
}
