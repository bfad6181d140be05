using System.Runtime.Intrinsics;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <summary>The lane kernels for the current instruction set.</summary>
internal abstract unsafe class LaneSteps
{
    public static LaneSteps For(KernelVariant variant) => variant switch
    {
        KernelVariant.Avx512 => new Of<Vector512Ops, Vector512<double>>(),
        KernelVariant.Avx2 => new Of<Vector256Ops, Vector256<double>>(),
        _ => new Of<Vector128Ops, Vector128<double>>(),
    };

    public abstract void Forward(double* matrix, int states, int lanes, double* prev, double* inverse, double* b, double* next, double* sums, double least);

    public abstract void Scale(int lanes, double* sums, double* maxima, double* logs, double* products, double* inverse);

    public abstract void Backward(double* matrix, int states, int lanes, double* g, double* alpha, double* beta, double* sums, double* norms);

    public abstract void Finish(int states, int padded, int lanes, double* alpha, double* beta, double* b, double* weights, double* sums, double* norms,
        double* inverses, double* posteriors, double* doubts);

    public abstract void Ratios(int states, int padded, int lanes, int steps, int row, double* alpha, double* g, double* ratios, int stride);

    public abstract void Emit(double* joint, int states, int padded, int lanes, int row, double* b, double* maxima);

    public abstract void Normals(double* x, bool missing, double* parameters, int states, int reference, int padded, int lanes, int row, double* b,
        double* references);

    public abstract (double Least, double Most) Range(double* x, double center, int rows);

    /// <summary>True if there are enough registers for the four-state kernels.</summary>
    public abstract bool HasFour { get; }

    public abstract void ForwardOfFour(double* matrix, int lanes, int row, int steps, double* alpha, double* b, double* maxima, double* logs, double* products,
        double* inverse);

    public abstract void BackwardOfFour(double* matrix, int states, int lanes, int row, int steps, double* alpha, double* b, double* weights, double* inverses,
        double* posteriors, double* ratios);

    public abstract void FoldFour(double* sums, int states, Span<double> ratios);

    private sealed class Of<TOps, TVec> : LaneSteps
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        public override void Forward(double* matrix, int states, int lanes, double* prev, double* inverse, double* b, double* next, double* sums,
            double least) =>
            LaneKernel<TOps, TVec>.Forward(matrix, states, lanes, prev, inverse, b, next, sums, least);

        public override void Scale(int lanes, double* sums, double* maxima, double* logs, double* products, double* inverse) =>
            LaneKernel<TOps, TVec>.Scale(lanes, sums, maxima, logs, products, inverse);

        public override void Backward(double* matrix, int states, int lanes, double* g, double* alpha, double* beta, double* sums, double* norms) =>
            LaneKernel<TOps, TVec>.Backward(matrix, states, lanes, g, alpha, beta, sums, norms);

        public override void Finish(int states, int padded, int lanes, double* alpha, double* beta, double* b, double* weights, double* sums, double* norms,
            double* inverses, double* posteriors, double* doubts) =>
            LaneKernel<TOps, TVec>.Finish(states, padded, lanes, alpha, beta, b, weights, sums, norms, inverses, posteriors, doubts);

        public override void Ratios(int states, int padded, int lanes, int steps, int row, double* alpha, double* g, double* ratios, int stride) =>
            LaneKernel<TOps, TVec>.Ratios(states, padded, lanes, steps, row, alpha, g, ratios, stride);

        public override void Emit(double* joint, int states, int padded, int lanes, int row, double* b, double* maxima) =>
            LaneEmissionKernel<TOps, TVec>.Emit(joint, states, padded, lanes, row, b, maxima);

        public override void Normals(double* x, bool missing, double* parameters, int states, int reference, int padded, int lanes, int row, double* b,
            double* references) =>
            LaneNormalKernel<TOps, TVec>.Emit(x, missing, parameters, states, reference, padded, lanes, row, b, references);

        public override (double Least, double Most) Range(double* x, double center, int rows) => LaneNormalKernel<TOps, TVec>.Range(x, center, rows);

        public override bool HasFour => TOps.Count == 8;

        public override void ForwardOfFour(double* matrix, int lanes, int row, int steps, double* alpha, double* b, double* maxima, double* logs,
            double* products, double* inverse) =>
            LaneKernelOfFour<TOps, TVec>.Forward(matrix, lanes, row, steps, alpha, b, maxima, logs, products, inverse);

        public override void BackwardOfFour(double* matrix, int states, int lanes, int row, int steps, double* alpha, double* b, double* weights,
            double* inverses, double* posteriors, double* ratios) =>
            LaneKernelOfFour<TOps, TVec>.Backward(matrix, states, lanes, row, steps, alpha, b, weights, inverses, posteriors, ratios);

        public override void FoldFour(double* sums, int states, Span<double> ratios) => LaneKernelOfFour<TOps, TVec>.Fold(sums, states, ratios);
    }
}
