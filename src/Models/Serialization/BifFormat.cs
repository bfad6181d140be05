using System.Runtime.CompilerServices;
using System.Text;

namespace Pipelines.Models.Serialization;

/// <summary>Bayesian networks in BIF.</summary>
internal sealed class BifFormat : ForeignFormat
{
    public override string Name => "bif";

    public override string Title => "a BIF file";

    public override string Description => "BIF (Bayesian networks)";

    public override string Ending => ".bif";

    [ModuleInitializer]
    internal static void Register() => Add(new BifFormat());

    public override bool IsFile(string path) => ModelFileKind.Begins(path, BifFile.MostHead, head => BifFile.IsBif(head));

    public override SavedModel? TryRead(ReadOnlyMemory<byte> bytes)
    {
        if (!BifFile.IsBif(bytes.Span, isWhole: false)) return null;
        var network = BifFile.Read(bytes.Span);
        return new(network, [.. network.Variables.Select(v => new Feature(v.Name, v.Values))]);
    }

    public override byte[] Write(SavedModel saved, out IReadOnlyList<string> warnings)
    {
        if (saved.Model is not BayesianNetwork network)
            throw new ModelException(ErrorKind.Usage, "the model", $"a {saved.Model.FormatName} model", "a Bayesian network, the only model that BIF has",
                "keep the file as it is, or fit a network");
        List<string> lost = [];
        // As ../Pomegranate does: a model fitted by Pipelines always loses its record.
        if (saved.Training is not null) lost.Add("$: the format has no place for the record of the fit");
        if (network.IsFrozen) lost.Add("$: the format does not say that a network is frozen");
        if (network.Missing != MissingValues.Available) lost.Add("$: the format has no place for how the model is fitted");
        for (var v = 0; v < network.Dimensions; v++)
        {
            if (!BifFile.IsExact(network.Tables[v].Probabilities, network.Variables[v].Values.Count))
            {
                lost.Add($"variable '{network.Variables[v].Name}': a row of its table misses the sum 1 by more than 1e-12, and is divided by its sum when "
                    + "it is read");
            }
        }
        warnings = lost;
        // Features may have been given other names, and may have more categories than the network has values.
        return Encoding.UTF8.GetBytes(BifWriter.Text(network, saved.FeaturesByPosition ? network.Variables : [.. network.Variables.Select((v, j) =>
            saved.Features is { } features ? new NetworkVariable(features[j].Name, features[j].Categories?.Take(v.Values.Count).ToArray() ?? v.Values) : v)]));
    }
}
