using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Classification;

/// <summary>How the models of a classifier's classes are fitted to the labelled items.</summary>
internal abstract class ClassFits
{
    /// <summary>What distinguishes these fits from others.</summary>
    public abstract IReadOnlyList<KeyValuePair<string, string>> JobProperties { get; }

    /// <summary>The options that have an effect on them.</summary>
    public abstract FitUses Uses { get; }

    /// <summary>The kinds of parameters of a class.</summary>
    public abstract ParameterKinds ParameterKinds { get; }

    /// <summary>True if a feature holds categories.</summary>
    public abstract bool IsCategorical(int feature);

    /// <summary>Fits the model of each class.</summary>
    /// <param name="pass">Passes over all items.</param>
    /// <param name="names">Shape [K]: the classes' names for messages.</param>
    /// <param name="options">How to fit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public abstract ValueTask<ClassModels> FitAsync(IDataPass pass, IReadOnlyList<string> names, FitOptions options, CancellationToken cancellationToken);
}

/// <summary>The models of a classifier's classes.</summary>
/// <param name="Models">Shape [K].</param>
/// <param name="Warnings">What the user should know about their fits.</param>
internal sealed record ClassModels(IReadOnlyList<ProbabilityModel> Models, IReadOnlyList<string> Warnings);

/// <summary>Each class is fitted by an estimator that sees its items only; all classes share each pass over the data.</summary>
/// <param name="each">Fits one class.</param>
internal class EstimatedClassFits<TModel>(IEstimator<TModel> each) : ClassFits
    where TModel : ProbabilityModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>> JobProperties => each.JobProperties;

    /// <inheritdoc/>
    public override FitUses Uses => each.Uses;

    /// <inheritdoc/>
    public override ParameterKinds ParameterKinds => each.ParameterKinds;

    /// <inheritdoc/>
    public override bool IsCategorical(int feature) => each.IsCategorical(feature);

    /// <inheritdoc/>
    public override async ValueTask<ClassModels> FitAsync(IDataPass pass, IReadOnlyList<string> names, FitOptions options,
        CancellationToken cancellationToken)
    {
        var scan = new SharedScan(pass, options.BatchRows);
        var own = options with { Journal = null, Progress = null };
        var fits = names.Select((_, k) => scan.Begin(shared => each.FitAsync(new ClassPass(shared, k, names.Count), own, cancellationToken).AsTask()))
            .ToArray();
        await scan.RunAsync(static () => { }, cancellationToken).ConfigureAwait(false);
        var (models, warnings) = (new List<ProbabilityModel>(), new List<string>());
        for (var k = 0; k < fits.Length; k++)
        {
            try
            {
                var result = await fits[k].ConfigureAwait(false);
                models.Add(result.Model);
                warnings.AddRange(result.Warnings.Select(w => $"class '{names[k]}': {w}"));
            }
            catch (ModelException e)
            {
                throw e.Within($"class '{names[k]}'");
            }
        }
        return new(models, warnings);
    }
}

/// <summary>Each class has a distribution of one family. Where one pass determines its parameters, all classes are estimated in the same one.</summary>
/// <param name="family">The family.</param>
internal sealed class FamilyClassFits(DistributionFamily family) : EstimatedClassFits<Distribution>(new DistributionEstimator(family))
{
    // A range of 1,000 standard deviations costs six of sixteen digits.
    private const double MostSpread = 1e6;
    private const int StartRows = 1_024;

    /// <inheritdoc/>
    public override async ValueTask<ClassModels> FitAsync(IDataPass pass, IReadOnlyList<string> names, FitOptions options,
        CancellationToken cancellationToken)
    {
        if (!family.IsEstimatedInOnePass) return await base.FitAsync(pass, names, options, cancellationToken).ConfigureAwait(false);
        // The start only centres the sums: a few rows will do.
        var survey = await DataSurvey.RunAsync(pass, Math.Min(options.InitializationRows, StartRows), options.Seed, cancellationToken).ConfigureAwait(false);
        Classifier start;
        using (Cancellation.Enter(cancellationToken))
        {
            var one = DistributionEstimator.Start(family, survey.Sample(), options);
            start = new BayesClassifier([.. names.Select(_ => one)], labels: new(names));
        }
        var labeled = await pass.RunAsync(new LabeledClasses(start), cancellationToken).ConfigureAwait(false);
        using (Cancellation.Enter(cancellationToken))
        {
            if (Estimate() is { } classes && !classes.Any(c => HasLostDigits(((Distribution)c).AsGaussian(), survey))) return new(classes, []);
        }
        // Sums centred on each class itself: it is fitted alone, and no update follows its one estimate.
        return await base.FitAsync(pass, names, options with { MaxIterations = 0 }, cancellationToken).ConfigureAwait(false);

        IReadOnlyList<ProbabilityModel>? Estimate()
        {
            try
            {
                return start.Maximize(labeled, options.Estimation).Classes;
            }
            catch (ModelException)
            {
                // The class may look constant because it has lost all digits. Fitted alone, it fails with the true reason.
                return null;
            }
        }
    }

    // Sums of squares are centred on all rows: where a class is narrow and far away, its variance has lost digits.
    private static bool HasLostDigits(GaussianShape? shape, SurveyStatistics survey)
    {
        for (var j = 0; j < shape?.Mean.Count; j++)
        {
            var range = survey.Maximum(j) - survey.Minimum(j);
            if (range * range > MostSpread * shape.Covariance[j, j]) return true;
        }
        return false;
    }
}

/// <summary>Summarises the labelled items under a classifier, each for its own class.</summary>
/// <param name="start">The classifier.</param>
internal sealed class LabeledClasses(Classifier start) : ISummarizer
{
    private const string Kind = "labeled-classes";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new LabeledClasses(ModelFormat.Read(json.Required("start")) as Classifier
        ?? throw JsonHelpers.Bad("property 'start'", "another model", "a classifier")));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("start");
        ModelFormat.Write(writer, start);
    }

    public Statistics CreateStatistics() => start.CreateStatistics();

    public void Summarize(in FeatureBlock block, Statistics statistics) => start.Summarize(block, statistics, isStart: true);
}
