using System.Buffers.Binary;
using System.Globalization;
using ModularKv.Abstractions;
using ModularKv.HyperLogLog.Memory;
using ModularKv.HyperLogLog.Registers;

namespace ModularKv.HyperLogLog.Commands;

/// <summary>PFSELFTEST: registers keep what is written to them, both representations agree, the estimate is as good as promised.</summary>
/// <remarks>Takes about a second, on the loop, as in Redis.</remarks>
internal sealed class HllSelfTest(HllKeys hlls, HllValue values)
{
    private const int RegisterRounds = 1000;
    private const int Elements = 10_000_000;

    /// <summary>PFSELFTEST. Source: redis.io/commands/pfselftest.</summary>
    public void Run(ref CommandContext call)
    {
        IRandom random = call.Server.Random;
        string? failure = RegistersFail(random) ?? EstimatesFail(random);
        if (failure is null) call.Reply.Ok();
        else call.Reply.Error("ERR TESTFAILED " + failure);
    }

    private static string? RegistersFail(IRandom random)
    {
        byte[] dense = new byte[HllLayout.DenseRegisterBytes];
        byte[] plain = new byte[HllLayout.Registers];
        for (int round = 0; round < RegisterRounds; round++)
        {
            for (int i = 0; i < plain.Length; i++)
            {
                plain[i] = (byte)(random.Next() & (Estimator.HistogramSize - 1));
                DenseRegisters.Set(dense, i, plain[i]);
            }

            for (int i = 0; i < plain.Length; i++)
            {
                int found = DenseRegisters.Get(dense, i);
                if (found == plain[i]) continue;
                return string.Create(CultureInfo.InvariantCulture, $"Register {i} should be {plain[i]} but is {found}");
            }
        }

        return null;
    }

    private string? EstimatesFail(IRandom random)
    {
        LooseBytes dense = new();
        values.TryMakeDense(ref dense);
        LooseBytes sparse = new();
        double relativeError = 1.04 / Math.Sqrt(HllLayout.Registers);
        ulong seed = random.Next();
        long checkpoint = 1;
        Span<byte> element = stackalloc byte[sizeof(ulong)];
        for (long count = 1; count <= Elements; count++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(element, (ulong)count ^ seed);
            values.Add(ref dense, element, hlls.SparseBytesMax);
            values.Add(ref sparse, element, hlls.SparseBytesMax);
            if (count != checkpoint) continue;
            if (count < hlls.SparseBytesMax / 2 && HllLayout.IsDense(sparse.Bytes)) return "sparse encoding not used";
            values.TryEstimate(dense.Bytes, out long estimate);
            if (!values.TryEstimate(sparse.Bytes, out long other) || other != estimate) return "dense/sparse disagree";
            long error = Math.Abs(checkpoint - estimate);

            // Among ten elements a collision is likely enough to allow for one.
            long allowed = count == 10 ? 1 : (long)Math.Ceiling(relativeError * 6 * checkpoint);
            if (error > allowed) return string.Create(CultureInfo.InvariantCulture, $"Too big error. card:{checkpoint} abserr:{error}");
            checkpoint *= 10;
        }

        return null;
    }
}
