using ModularKv.Acl.Rules;

namespace ModularKv.Acl.Tests;

/// <summary>The set of commands against a plain set, random operations.</summary>
public sealed class CommandBitsTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Bits_agree_with_a_set(int seed)
    {
        const int Ids = 700;
        Random random = new(seed);
        CommandBits bits = new();
        bool[] model = new bool[Ids];
        for (int step = 0; step < 20_000; step++)
        {
            switch (random.Next(100))
            {
                case 0:
                    bool all = random.Next(2) == 0;
                    bits.SetAll(all);
                    Array.Fill(model, all);
                    break;
                case 1:
                    CommandBits copy = new();
                    copy.Assume(bits);
                    bits = copy;
                    break;
                default:
                    int id = random.Next(Ids);
                    bool isIn = random.Next(2) == 0;
                    bits.Set(id, isIn);
                    model[id] = isIn;
                    break;
            }

            int asked = random.Next(Ids);
            Assert.True(model[asked] == bits.Has(asked), $"seed {seed}, step {step}, id {asked}");
        }
    }
}
