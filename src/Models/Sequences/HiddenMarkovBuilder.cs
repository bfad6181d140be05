namespace Pipelines;

/// <summary>Builds a hidden Markov model state by state.</summary>
/// <param name="name">A display name; null = none.</param>
public sealed class HiddenMarkovBuilder(string? name = null)
{
    private readonly List<HiddenState> states = [];
    private readonly List<HiddenTransition> transitions = [];

    /// <summary>Adds an emitting state.</summary>
    /// <param name="state">Its name, unique.</param>
    /// <param name="distribution">The emission distribution.</param>
    /// <param name="weight">Factor of each emission's probability, above 0; default 1.</param>
    /// <returns>This builder.</returns>
    public HiddenMarkovBuilder AddState(string state, Distribution distribution, double weight = 1)
    {
        states.Add(new(state, distribution, weight));
        return this;
    }

    /// <summary>Adds a state that shares another state's distribution; the two are fitted together.</summary>
    /// <param name="state">Its name, unique.</param>
    /// <param name="tiedTo">Name of the state that owns the distribution.</param>
    /// <param name="weight">Factor of each emission's probability, above 0; default 1.</param>
    /// <returns>This builder.</returns>
    public HiddenMarkovBuilder AddTied(string state, string tiedTo, double weight = 1)
    {
        states.Add(new(state, null, weight, tiedTo));
        return this;
    }

    /// <summary>Adds a silent state. The start and the end need not be added.</summary>
    /// <param name="state">Its name, unique.</param>
    /// <returns>This builder.</returns>
    public HiddenMarkovBuilder AddSilent(string state)
    {
        states.Add(new(state));
        return this;
    }

    /// <summary>Adds an edge; <see cref="HiddenMarkovModel.Start"/> and <see cref="HiddenMarkovModel.End"/> are states too.</summary>
    /// <param name="from">Name of the state it leaves.</param>
    /// <param name="to">Name of the state it enters.</param>
    /// <param name="probability">Its probability; the edges out of each state are scaled to sum to 1.</param>
    /// <param name="pseudocount">Added to its count if fitting uses edge pseudocounts; null = its probability.</param>
    /// <param name="group">Edges of the same group are tied; null = not tied.</param>
    /// <returns>This builder.</returns>
    public HiddenMarkovBuilder AddTransition(string from, string to, double probability, double? pseudocount = null, string? group = null)
    {
        transitions.Add(new(from, to, probability, pseudocount, group));
        return this;
    }

    /// <summary>Builds the model.</summary>
    /// <param name="fitting">How it is fitted; null = the defaults.</param>
    /// <param name="refuseRowSums">True: transitions out of a state that do not sum to 1 are an error.</param>
    /// <exception cref="ModelException">The model is not usable.</exception>
    public HiddenMarkovModel Build(HiddenFitting? fitting = null, bool refuseRowSums = false) => new(states, transitions, name, fitting, refuseRowSums);
}
