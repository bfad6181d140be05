using Pipelines.Models.Structures;

namespace Pipelines;

/// <summary>Checks the arcs of a directed network.</summary>
internal static class NetworkStructure
{
    /// <summary>Throws if a parent does not exist or is given twice, or if the arcs form a cycle.</summary>
    public static void Check(IReadOnlyList<NetworkVariable> variables, int[][] parents)
    {
        for (var i = 0; i < parents.Length; i++)
        {
            foreach (var p in parents[i])
                if (p < 0 || p >= parents.Length)
                    throw new ModelException(ErrorKind.Usage, $"Bayesian network, variable '{variables[i].Name}'", $"parent {p}",
                        $"indexes of variables, 0 to {parents.Length - 1}", "correct the structure");
            if (parents[i].Distinct().Count() < parents[i].Length)
                throw new ModelException(ErrorKind.Usage, $"Bayesian network, variable '{variables[i].Name}'",
                    $"parent '{variables[parents[i].GroupBy(p => p).First(g => g.Count() > 1).Key].Name}' twice", "each parent once", "leave one out");
        }
        if (ArcOrder.Cycle(parents) is { } cycle)
            throw new ModelException(ErrorKind.Usage, "Bayesian network",
                $"the cycle {ArcOrder.Text(cycle, v => variables[v].Name)}", "arcs without a cycle",
                "remove or reverse one of them");
    }
}
