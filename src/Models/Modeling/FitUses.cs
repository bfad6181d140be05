namespace Pipelines.Models.Fitting;

/// <summary>The options of a fit that not every model or estimator uses. An option that is set but not used is an error.</summary>
[Flags]
public enum FitUses
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>Something is counted: categories, outcomes, transitions or the rows of components (<see cref="FitOptions.Pseudocount"/>).</summary>
    Pseudocount = 1,

    /// <summary>A variance can be raised to a minimum (<see cref="FitOptions.MinVariance"/>).</summary>
    MinVariance = 2,

    /// <summary>
    /// Updates move away from a start that has parameters worth keeping (<see cref="FitOptions.Inertia"/>, <see cref="FitOptions.LearningRateDecay"/>), can use
    /// a part of the rows (<see cref="FitOptions.BatchesPerIteration"/>), and can be left out (<see cref="FitOptions.MaxIterations"/> = 0).
    /// </summary>
    Start = 4,

    /// <summary>Another seed gives another start, so that restarts differ (<see cref="ModelSelection{TModel}"/>).</summary>
    Seed = 8,

    /// <summary>Classes have priors (<see cref="FitOptions.ClassPseudocount"/>).</summary>
    Classes = 16,

    /// <summary>Full covariances can be shrunk (<see cref="FitOptions.Shrinkage"/>).</summary>
    Shrinkage = 32,

    /// <summary>Updates are repeated by expectation-maximization (<see cref="FitOptions.Acceleration"/>).</summary>
    Acceleration = 64,

    /// <summary>All of them but those of classifiers and of full covariances.</summary>
    All = Pseudocount | MinVariance | Start | Seed | Acceleration,
}
