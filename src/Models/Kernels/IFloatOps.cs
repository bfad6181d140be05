namespace Pipelines.Models.Kernels;

/// <summary>
/// The operations on vectors of single precision with which <see cref="NearestFilter{TOps, TVec}"/> is written once for all widths, as
/// <see cref="IVectorOps{TVec}"/> are those on doubles.
/// </summary>
/// <typeparam name="TVec">The vector of floats.</typeparam>
internal unsafe interface IFloatOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Floats in a vector: 4, 8 or 16.</summary>
    static abstract int Count { get; }

    /// <summary>Reads a vector.</summary>
    static abstract TVec Load(float* source);

    /// <summary>Writes a vector.</summary>
    static abstract void Store(float* target, TVec value);

    /// <summary>The same value in all lanes.</summary>
    static abstract TVec Broadcast(float value);

    /// <summary>a - b.</summary>
    static abstract TVec Subtract(TVec a, TVec b);

    /// <summary>a * b + c, fused if the CPU supports it.</summary>
    static abstract TVec MultiplyAdd(TVec a, TVec b, TVec c);

    /// <summary>The smaller one; either of the two if one is NaN.</summary>
    static abstract TVec Min(TVec a, TVec b);

    /// <summary>The larger one; either of the two if one is NaN.</summary>
    static abstract TVec Max(TVec a, TVec b);

    /// <summary>In each lane: a &lt; b ? yes : no.</summary>
    static abstract TVec SelectLess(TVec a, TVec b, TVec yes, TVec no);

    /// <summary>Bit i is set if a &gt; b in lane i; not if one of them is NaN.</summary>
    static abstract uint Greater(TVec a, TVec b);

    /// <summary>(x - center) * scale, computed in double precision, of as many doubles.</summary>
    static abstract TVec Narrow(double* x, double center, double scale);

    /// <summary>Writes the values as doubles.</summary>
    static abstract void Widen(double* target, TVec value);
}
