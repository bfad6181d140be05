namespace Pipelines;

/// <summary>How a fit shortens its way to the maximum of the likelihood.</summary>
public enum FitAcceleration
{
    /// <summary>Plain EM updates (default).</summary>
    None,

    /// <summary>
    /// Anderson mixing: the statistics of the last updates are combined so that the combination changes least in an update; an update whose log-likelihood is
    /// lower than the one before is replaced by a plain one.
    /// </summary>
    Anderson,
}
