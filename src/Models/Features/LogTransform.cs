using System.Runtime.CompilerServices;

namespace Pipelines;

/// <summary>y = ln x, for x above 0. Its slope is 1 / x, so ln f'(x) = -y.</summary>
internal sealed class LogTransform : FeatureTransform
{
    private const string Key = "log";

    [ModuleInitializer]
    internal static void Register() => Add(Key, static _ => Log);

    public override string Name => Key;

    public override string? Domain => "a number above 0";

    internal override IReadOnlyList<(string Name, double Value)> Parameters => [];

    public override bool IsDefinedFor(double value) => value > 0;

    public override double Apply(double value) => Math.Log(value);

    public override double Invert(double value) => Math.Exp(value);

    public override double LogSlope(double value) => -value;

    public override string Describe(string argument) => $"ln({argument})";
}
