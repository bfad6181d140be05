namespace Pipelines;

/// <summary>How probable some rows are under a model, with the criteria of <see cref="SelectionCriterion"/>.</summary>
/// <param name="Rows">Number of rows; if they form sequences, of the rows of all sequences.</param>
/// <param name="Weight">Total weight W of the rows.</param>
/// <param name="LogLikelihood">Total weighted log-likelihood LL in nats; of whole sequences, if the rows form any. -infinity if a row of weight above 0 is
/// impossible.</param>
/// <param name="Parameters">Number p of free parameters (<see cref="Model.ParameterCount"/>); null if models with different numbers are taken together.</param>
public sealed record LikelihoodEvaluation(long Rows, double Weight, double LogLikelihood, long? Parameters) : ModelEvaluation(Rows, Weight)
{
    /// <summary>LL / W: the log-likelihood for each unit of weight, which is a row if rows are not weighted.</summary>
    public double MeanLogLikelihood => LogLikelihood / Weight;

    /// <summary>The Bayesian information criterion, p ln W - 2 LL; smaller is better. Null if p is.</summary>
    public double? Bic => (Parameters * Math.Log(Weight)) - (2 * LogLikelihood);

    /// <summary>Akaike's information criterion, 2 p - 2 LL; smaller is better. Null if p is.</summary>
    public double? Aic => (2 * Parameters) - (2 * LogLikelihood);
}
