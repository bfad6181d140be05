using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Pipelines.Models;

namespace Pipelines;

/// <summary>y = (x - center) / scale. Its slope is 1 / scale.</summary>
internal sealed class LinearTransform : FeatureTransform
{
    private const string Key = "linear";

    public LinearTransform(double center, double scale)
    {
        ModelException.CheckOptions("linear transform",
            (double.IsFinite(center), nameof(center), center, "a finite number"),
            (double.IsFinite(scale) && scale > 0, nameof(scale), scale, "a finite number above 0"));
        (Center, Scale) = (center, scale);
    }

    [ModuleInitializer]
    internal static void Register() => Add(Key, static number => new LinearTransform(number("center"), number("scale")));

    public double Center { get; }

    public double Scale { get; }

    public override string Name => Key;

    internal override IReadOnlyList<(string Name, double Value)> Parameters => [("center", Center), ("scale", Scale)];

    internal override bool IsLinear => true;

    public override double Apply(double value) => (value - Center) / Scale;

    public override double Invert(double value) => (value * Scale) + Center;

    public override double LogSlope(double value) => double.IsNaN(value) ? value : -Math.Log(Scale);

    // The same bits as one by one: both operations are rounded alike.
    public override void Apply(Span<double> values)
    {
        var (center, scale) = (new Vector<double>(Center), new Vector<double>(Scale));
        var i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
            ((new Vector<double>(values[i..]) - center) / scale).CopyTo(values[i..]);
        for (; i < values.Length; i++) values[i] = Apply(values[i]);
    }

    public override string Describe(string argument)
    {
        var shifted = Center == 0 ? argument : $"{argument} {(Center < 0 ? '+' : '-')} {Math.Abs(Center).Text(Scale)}";
        if (Scale == 1) return shifted;
        return string.Create(CultureInfo.InvariantCulture, $"{(shifted.Contains(' ', StringComparison.Ordinal) ? $"({shifted})" : shifted)} / {Scale:G6}");
    }
}
