using System.Globalization;
using System.Text;

namespace ModularKv.TestKit.Streams;

/// <summary>
/// A command under construction. Grammars add arguments; all choices come from one seeded source, so a seed and a position give
/// the same command on every machine, but for absolute times, which count from now.
/// </summary>
public sealed class Draft(Random random)
{
    // Long enough that no key of a stream expires while the stream runs, even on a stalled machine.
    private const int ExpirySecondsMin = 1000;
    private const int ExpirySecondsMax = 1_000_000_000;

    private static readonly string[] Keys =
    [
        "ka", "kb", "kc", "kd", "ke", "kf", "kg", "kh", "user:one", "user:two", "{tag}x", "{tag}y", "k with space",
        "", new string('l', 300),
        string.Concat(Enumerable.Range(0, 256).Select(i => (char)i)),
    ];

    private static readonly string[] Integers =
    [
        "0", "1", "-1", "2", "10", "99", "100", "-12", "9999", "10000", "10001", "65536", "2147483647", "-2147483648", "2147483648",
        "4294967296", "9223372036854775807", "-9223372036854775808", "9223372036854775806", "1234567890123",
    ];

    private static readonly string[] NotIntegers =
    [
        "", "abc", "1.0", "1e3", "007", "+5", " 5", "5 ", "-0", "--1", "-", "0x10", "9223372036854775808", "-9223372036854775809",
        "18446744073709551616", "99999999999999999999999999", "1\0", "\0", "٣",
    ];

    private static readonly string[] Floats =
    [
        "0", "1", "-1", "3.5", "-0.25", "0.1", "0.2", "1e3", "1E3", "5.0e3", "-5.0e-3", "1.5e-7", "123456789.125", "3.14159265358979323846",
        "1e17", "-1e17", "100000000000000000000", "1e30", "0.00000000000000001", "1e-17", "1e-18", "2.5", "10.0", ".5", "5.", "-0",
        "999999999999999999", "0.5000000000000001",
    ];

    private static readonly string[] NotFloats =
    [
        "", "abc", "nan", "NaN", "-nan", "inf", "-inf", "+inf", "Infinity", "1e5000", "-1e5000", " 1", "1 ", "1.2.3", "1e", "0x1p3", "0x10",
        "1,5", "1\0", "e5", "--1", "+1.5",
    ];

    private readonly List<byte[]> arguments = [];

    /// <summary>The source of all choices.</summary>
    public Random Random { get; } = random;

    /// <summary>Commands to send right after this one, such as a read that settles an expiry in the past.</summary>
    public List<Command> After { get; } = [];

    /// <summary>False when a mutation could turn the command into one that blocks, kills or takes gigabytes.</summary>
    public bool MayBeMutated { get; set; } = true;

    /// <summary>The last key added; for <see cref="Settle"/>.</summary>
    public byte[] LastKey { get; private set; } = [];

    /// <summary>The arguments so far, the name first.</summary>
    public IReadOnlyList<byte[]> Arguments => arguments;

    /// <summary>Features that the server under test lacks so far; see <see cref="CommandStream.Missing"/>.</summary>
    public IReadOnlySet<Feature> Missing { get; init; } = new HashSet<Feature>();

    /// <summary>Replaces all arguments.</summary>
    public void Replace(IEnumerable<byte[]> others)
    {
        List<byte[]> copy = [.. others];
        arguments.Clear();
        arguments.AddRange(copy);
    }

    /// <summary>Adds text, one byte per char.</summary>
    public Draft Add(string text)
    {
        arguments.Add(Encoding.Latin1.GetBytes(text));
        return this;
    }

    /// <summary>Adds bytes; taken over, not copied.</summary>
    public Draft Add(byte[] bytes)
    {
        arguments.Add(bytes);
        return this;
    }

    /// <summary>Adds a number.</summary>
    public Draft Add(long number) => Add(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a word in upper, lower or mixed case.</summary>
    public Draft Word(string word) => Add(Cased(word));

    /// <summary>Adds one of the words, cased at random.</summary>
    public Draft OneOf(params string[] words) => Word(Pick(words));

    /// <summary>Adds a key from the small shared set.</summary>
    public Draft Key()
    {
        // Half the keys from a handful, so that commands meet each other's data.
        byte[] key = Encoding.Latin1.GetBytes(Keys[Chance(2) ? Random.Next(5) : Random.Next(Keys.Length)]);
        LastKey = key;
        return Add(key);
    }

    /// <summary>Adds between <paramref name="min"/> and <paramref name="max"/> keys, duplicates possible.</summary>
    public Draft ManyKeys(int min, int max)
    {
        int count = Random.Next(min, max + 1);
        for (int i = 0; i < count; i++) Key();
        return this;
    }

    /// <summary>Adds a value: text, numbers, the lengths around encodings' limits, binary, rarely 1 MB.</summary>
    public Draft Value()
    {
        return Random.Next(14) switch
        {
            0 or 1 or 2 => Add(Pick(Integers)),
            3 => Add(Random.NextInt64(-1000, 20000)),
            4 => Add(Pick(NotIntegers)),
            5 => Add(Pick(Floats)),
            6 => Add(Pick(NotFloats)),
            7 => Add(new string('e', Random.Next(42, 47))),
            8 => Add(RandomBytes(Random.Next(0, 70))),
            9 => Add(RandomLetters(Random.Next(0, 200))),
            10 when Chance(8) => Add(RandomBytes(Random.Next(500, 2000))),
            11 when Chance(60) => Add(RandomBytes(1 << 20)),
            12 => Add(Enumerable.Range(0, 256).Select(i => (byte)i).ToArray()),
            _ => Add(RandomLetters(Random.Next(1, 12))),
        };
    }

    /// <summary>Adds an integer, sometimes one that is none.</summary>
    public Draft Integer() => Chance(5) ? Add(Pick(NotIntegers)) : Chance(2) ? Add(Pick(Integers)) : Add(Random.NextInt64(-200, 200));

    /// <summary>Adds an integer of this range, both ends included; sometimes something that is none.</summary>
    public Draft Small(int low, int high) => Chance(25) ? Add(Pick(NotIntegers)) : Add(Random.NextInt64(low, (long)high + 1));

    /// <summary>Adds a floating-point number, sometimes one that is none.</summary>
    public Draft Float() => Chance(5) ? Add(Pick(NotFloats)) : Add(Pick(Floats));

    /// <summary>Adds something that fits nowhere.</summary>
    public Draft Junk() => Add(JunkBytes());

    /// <summary>
    /// Adds relative seconds (or milliseconds): far in the future and never twice the same, or zero, negative, overflowing, no number.
    /// </summary>
    public Draft Relative(bool milliseconds)
    {
        if (Chance(5)) return BadExpiry();
        long seconds = Random.NextInt64(ExpirySecondsMin, ExpirySecondsMax);
        return Add(milliseconds ? seconds * 1000 + Random.Next(1000) : seconds);
    }

    /// <summary>Adds an absolute Unix time in seconds (or milliseconds): far in the future, or long past, or out of range.</summary>
    public Draft Absolute(bool milliseconds)
    {
        if (Chance(8)) return BadExpiry();
        if (Chance(8)) return Add(Random.Next(1, 1_000_000));
        long seconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + Random.NextInt64(ExpirySecondsMin, ExpirySecondsMax);
        return Add(milliseconds ? seconds * 1000 + Random.Next(1000) : seconds);
    }

    /// <summary>Reads the last key afterwards, so that one that has expired at once is gone from both servers' counts.</summary>
    public Draft Settle()
    {
        After.Add(Command.Of("EXISTS", LastKey));
        return this;
    }

    /// <summary>
    /// Adds some of the options in random order; sometimes one twice, all of them in conflict, or an unknown one. No options is common.
    /// </summary>
    public Draft Options(params Action<Draft>[] options)
    {
        if (Chance(3)) return this;
        Action<Draft>[] order = [.. options];
        Random.Shuffle(order);
        int count = Chance(2) ? 1 : Random.Next(0, order.Length + 1);
        foreach (Action<Draft> option in order.Take(count)) option(this);
        if (Chance(25)) order[0](this);
        if (Chance(25)) Junk();
        return this;
    }

    /// <summary>True once in <paramref name="oneIn"/> times.</summary>
    public bool Chance(int oneIn) => Random.Next(oneIn) == 0;

    /// <summary>One of the choices.</summary>
    public T Pick<T>(IReadOnlyList<T> choices) => choices[Random.Next(choices.Count)];

    /// <summary>One of the productions by weight, of those that the server under test has.</summary>
    public Production Weighted(IReadOnlyList<Production> productions)
    {
        List<Production> present = [.. productions.Where(production => production.Needs == null || !Missing.Contains(production.Needs))];
        int at = Random.Next(present.Sum(production => production.Weight));
        foreach (Production production in present)
        {
            at -= production.Weight;
            if (at < 0) return production;
        }
        throw new InvalidOperationException("no production has a weight");
    }

    /// <summary>The word in upper, lower or mixed case.</summary>
    public string Cased(string word) => Random.Next(4) switch
    {
        0 => word.ToLowerInvariant(),
        1 => string.Concat(word.Select(c => Chance(2) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
        _ => word,
    };

    /// <summary>Bytes that fit nowhere, never a number that a mutated command could take for a count or a time.</summary>
    public byte[] JunkBytes() => Encoding.Latin1.GetBytes(Pick(NotIntegers.Where(text => text is not "007" and not "+5").ToArray()));

    /// <summary>The command so far.</summary>
    public Command Finish() => new([.. arguments]);

    private Draft BadExpiry() => Random.Next(4) switch
    {
        0 => Add(Pick(["0", "-1", "-1000", "-9223372036854775808"])),
        1 => Add(Pick(["9223372036854775807", "9223372036854775806", "9223372036854775800"])),
        2 => Add(Pick(NotIntegers)),
        _ => Add(Pick(["99999999999999999999", "1e10", "", "abc"])),
    };

    private byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        Random.NextBytes(bytes);
        return bytes;
    }

    private string RandomLetters(int length) =>
        string.Create(length, Random, static (span, random) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = (char)('a' + random.Next(6));
        });
}
