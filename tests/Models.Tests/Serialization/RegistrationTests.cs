using System.Reflection;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Serialization;

/// <summary>A name in files stands for one type, whatever is registered.</summary>
public class RegistrationTests
{
    private const string Here = "Pipelines.Models.Tests.Serialization.RegistrationTests";

    [Fact]
    public void ANameOrAliasOfAnotherTypeIsRefused()
    {
        Assert.Equal(Text("Normal", "normal", "Pipelines.NormalDistribution"), Refused(typeof(Impostor<Normal>)));
        Assert.Equal(Text("AliasOfAName", "kmeans", "Pipelines.KMeans"), Refused(typeof(Impostor<AliasOfAName>)));
        Assert.Equal(Text("NameOfAnAlias", "categorical", "Pipelines.DiscreteDistribution"), Refused(typeof(Impostor<NameOfAnAlias>)));
        Assert.Equal(
            $"registration of {Here}+Format`1[{Here}+Normal]: found the name 'normal', which belongs to Pipelines.NormalDistribution, " +
            "expected a name that no other type has; give the type another name or alias",
            Refused(typeof(Format<Normal>)));
        // Built-in models are read as before.
        Assert.IsType<NormalDistribution>(SavedModel.FromJson(new SavedModel(new NormalDistribution(1, 2)).ToJson()).Model);
        Assert.IsType<NormalDistribution>(ModelFormat.Family("normal").Prototype([0.0]));
    }

    [Fact]
    public void TwoTypesOfOneAssemblyCannotHaveOneNameAndNeitherIsRegistered()
    {
        Assert.Equal(
            $"registration of {Here}+Format`1[{Here}+Twice]: found the name 'registered-twice', which belongs to {Here}+Impostor`1[{Here}+Twice], " +
            "expected a name that no other type has; give the type another name or alias",
            Refused(typeof(Impostor<Fresh>), typeof(Impostor<Twice>), typeof(Format<Twice>)));
        Assert.Equal((null, null), (ModelFormat.FindFamily("registered-twice"), ModelFormat.FindFamily("fresh-and-dropped")));
    }

    [Fact]
    public void RegisteringTheSameTypeAgainChangesNothing()
    {
        ModelFormat.Register(typeof(ModelFormat).Assembly);
        var types = new Types(typeof(Impostor<New>), typeof(Impostor<>));
        ModelFormat.Register(types);
        ModelFormat.Register(types);
        Assert.Equal("registered-once", ModelFormat.Family("registered-once").Name);
        Assert.Equal("registered-once", ModelFormat.Family("registered-also").Name);
    }

    private static string Refused(params Type[] types)
    {
        var error = Assert.Throws<ModelException>(() => ModelFormat.Register(new Types(types)));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        // The whole parts: long names of types are cut in the message.
        return $"{error.Place}: found {error.Found}, expected {error.Expected}; {error.Remedy}";
    }

    private static string Text(string names, string name, string owner) => $"registration of {Here}+Impostor`1[{Here}+{names}]: found the name '{name}', " +
        $"which belongs to {owner}, expected a name that no other type has; give the type another name or alias";

    public interface INames
    {
        static abstract string Name { get; }

        static virtual IReadOnlyList<string> Aliases => [];
    }

    public sealed class Normal : INames
    {
        public static string Name => "normal";
    }

    public sealed class AliasOfAName : INames
    {
        public static string Name => "named-afresh";

        public static IReadOnlyList<string> Aliases => ["kmeans"];
    }

    public sealed class NameOfAnAlias : INames
    {
        public static string Name => "categorical";
    }

    public sealed class Twice : INames
    {
        public static string Name => "registered-twice";
    }

    public sealed class Fresh : INames
    {
        public static string Name => "fresh-and-dropped";
    }

    public sealed class New : INames
    {
        public static string Name => "registered-once";

        public static IReadOnlyList<string> Aliases => ["registered-also"];
    }

    /// <summary>An assembly of these types.</summary>
    private sealed class Types(params Type[] types) : Assembly
    {
        public override Type[] GetTypes() => types;
    }

    /// <summary>A family under any name. Generic, so that registering this assembly passes it by.</summary>
    public sealed class Impostor<TNames> : Distribution, IDistributionFamily<Impostor<TNames>>
        where TNames : INames
    {
        public static string FamilyName => TNames.Name;

        public static IReadOnlyList<string> Aliases => TNames.Aliases;

        public static bool IsUnivariate => true;

        public override int Dimensions => 1;

        public override string FormatName => FamilyName;

        protected override long FreeParameters => 0;

        public static Impostor<TNames> Prototype(ReadOnlySpan<double> center) => new();

        public static Impostor<TNames> ReadParameters(JsonElement json) => new();

        public override void WriteParameters(Utf8JsonWriter writer)
        {
        }

        public override Statistics CreateStatistics() => throw new NotSupportedException();

        public override void LogProbability(in FeatureTile tile, Span<double> result) => throw new NotSupportedException();

        public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) => throw new NotSupportedException();

        public override Distribution Maximize(Statistics statistics, in MaximizeOptions options) => throw new NotSupportedException();

        public override void Sample(SeededRandom random, Span<double> row) => throw new NotSupportedException();

        public override string Describe(IReadOnlyList<Feature>? features = null) => FormatName;
    }

    /// <summary>A model under any name.</summary>
    public sealed class Format<TNames> : Model, IModelFormat<Format<TNames>>
        where TNames : INames
    {
        public static string Name => TNames.Name;

        public override int Dimensions => 1;

        public override string FormatName => Name;

        public override IReadOnlyList<ScoreKind> ScoreKinds => [];

        public static Format<TNames> ReadParameters(JsonElement json) => new();

        public override void WriteParameters(Utf8JsonWriter writer)
        {
        }

        public override Statistics CreateStatistics() => throw new NotSupportedException();

        public override void Summarize(in FeatureBlock block, Statistics statistics) => throw new NotSupportedException();

        public override Model Maximize(Statistics statistics, in MaximizeOptions options) => throw new NotSupportedException();

        public override void Score(in FeatureBlock block, ScoreBatch scores) => throw new NotSupportedException();

        public override string Describe(IReadOnlyList<Feature>? features = null) => FormatName;
    }
}
