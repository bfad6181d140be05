using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>Keeps the results of passes, so that an interrupted fit need not repeat them.</summary>
internal interface IPassJournal
{
    /// <summary>Starts a pass.</summary>
    /// <param name="fold">An empty fold; receives what an interrupted run had folded.</param>
    /// <param name="mayContinue">False: a pass that the interrupted run had started is run from its beginning.</param>
    /// <returns>False if the interrupted run had completed this pass.</returns>
    bool BeginPass(CanonicalFold fold, bool mayContinue);

    /// <summary>Starts a pass over some of the batches. It is not saved, because the state before it is.</summary>
    void SkipPass();

    /// <summary>Called in batch order for every batch that was folded; saves the pass from time to time.</summary>
    /// <param name="fold">The batches so far.</param>
    /// <param name="isLast">True: the run ends here, so save now.</param>
    void Folded(CanonicalFold fold, bool isLast);

    /// <summary>
    /// Ends a pass, or one that the interrupted run had completed. Passes before the first state are saved separately; later ones become part of a state at
    /// once.
    /// </summary>
    /// <param name="fold">All batches.</param>
    /// <param name="isSurvey">True: a pass before the fit, which is saved beside every state, as a resumed fit begins with it too.</param>
    void EndPass(CanonicalFold fold, bool isSurvey);
}
