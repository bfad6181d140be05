using System.Globalization;

namespace Pipelines.Plotting;

/// <summary>Places a few states on a circle, with an arrow for each transition, as wide as it is probable.</summary>
internal sealed class TransitionLayout
{
    /// <summary>Maximum number of states, start and end apart.</summary>
    public const int MostStates = 12;

    /// <summary>Size of the letters beside arrows, in pixels.</summary>
    public const float LetterSize = 11;

    // Less probable transitions are not drawn.
    private const double Least = 0.005;

    private const double NodeHeight = 30;
    private const double Padding = 12;
    private const double Gap = 130;
    private const double MoreGap = 8;
    private const double Narrowest = 0.8;
    private const double Widest = 7;

    // How far an arrow is bent away from the straight line, as a share of its length: on the other side than the one that leads back.
    private const double Bend = 0.16;

    // By how much two arrows between the same nodes begin and end apart, in radians seen from the middle of the node.
    private const double PortAngle = 0.35;

    // A text on another arrow would be taken for that one's.
    private const double CrossedCost = 60;
    private const int CurveSteps = 24;

    // Where the text may stand along an arrow, the best first: not in the middle, where arrows cross.
    private static readonly double[] textPlaces = [0.32, 0.4, 0.25, 0.6, 0.68, 0.5, 0.18, 0.75, 0.45, 0.55];

    private const double TextHeight = 13;
    private const double TextGap = 3;
    private const double LoopLength = 62;
    private const double LoopAngle = 0.5;
    private const double Margin = 20;

    private readonly double[] probabilities;

    /// <summary>Chooses what to draw.</summary>
    /// <param name="table">A table that <see cref="Check"/> accepts.</param>
    public TransitionLayout(TransitionTable table)
    {
        string[] nodes = [.. table.From.Except(table.To), .. table.To];
        var arcs = new List<(int From, int To, double Probability)>();
        var hidden = 0;
        for (var i = 0; i < table.From.Count; i++)
        {
            for (var j = 0; j < table.To.Count; j++)
            {
                var probability = table.Probabilities[i, j];
                if (probability >= Least) arcs.Add((Array.IndexOf(nodes, table.From[i]), Array.IndexOf(nodes, table.To[j]), probability));
                else if (probability > 0) hidden++;
            }
        }
        probabilities = [.. arcs.Select(a => a.Probability)];
        Graph = new(nodes, [.. arcs.Select(a => (a.From, a.To))]) { ArcTexts = [.. arcs.Select(a => Text(a.Probability))] };
        Notes =
        [
            "width of an arrow: probability of the transition",
            .. hidden > 0 ? [$"{PlotTexts.Count(hidden, "transition")} below 0.5 % not drawn"] : Array.Empty<string>(),
        ];
    }

    /// <summary>The states and the drawn transitions.</summary>
    public ModelGraph Graph { get; }

    /// <summary>What the reader should know.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Throws unless rows and columns of the table are the same few states, but for a start and an end.</summary>
    /// <param name="model">The model, for messages.</param>
    /// <param name="table">Its transitions.</param>
    /// <exception cref="ModelException">They are too many, or contexts of several categories.</exception>
    public static void Check(Model model, TransitionTable table)
    {
        const string place = "PlotOptions.Kind graph";
        const string remedy = "choose another kind (transitions)";
        // A start has no way to it, and an end none from it.
        if (table.To.Count > MostStates + 1 || (table.To.Count == MostStates + 1 && table.From.Contains(table.To[^1])))
            throw new ModelException(ErrorKind.Usage, place, $"{table.To.Count} values of {table.After}", $"at most {MostStates}", remedy);
        if (table.From.Count > MostStates + 1 || table.From.Except(table.To).Count() > 1 || table.To.Except(table.From).Count() > 1)
            throw new ModelException(ErrorKind.Usage, place, $"a {model.Title}", "a model of order 1, whose transitions lead from state to state", remedy);
    }

    /// <summary>Places the graph.</summary>
    /// <param name="names">Shape [nodes]: the names as they are drawn.</param>
    /// <param name="widthOf">Width of a name, in pixels.</param>
    public PlacedGraph Place(IReadOnlyList<string> names, Func<string, double> widthOf)
    {
        double[] widths = [.. names.Select(n => widthOf(n) + (2 * Padding))];
        var count = names.Count;
        // Neighbours are far enough apart for an arrow and its text.
        var radius = count == 1 ? 0 : (widths.Max() + Gap + (MoreGap * count)) / (2 * Math.Sin(Math.PI / count));
        var places = Enumerable.Range(0, count).Select(i => Along(Math.PI + (2 * Math.PI * i / count), radius)).ToArray();
        // Texts keep away from nodes and from each other, as far as there is space.
        var taken = places.Zip(widths).Select(n => (n.First, Width: n.Second, Height: NodeHeight)).ToList();
        var curves = new List<PlacedCurve>();
        var lines = Graph.Arcs.Select(arc => arc.From == arc.To ? Loop(places[arc.From], widths[arc.From], radius) : Curve(arc, places, widths)).ToArray();
        var traces = lines.Select(points => Enumerable.Range(0, CurveSteps + 1).Select(s => Middle(points, s / (double)CurveSteps)).ToArray()).ToArray();
        foreach (var (arc, a) in Graph.Arcs.Select((arc, a) => (arc, a)).OrderBy(p => p.arc.From != p.arc.To))
        {
            var (text, width, points) = (Graph.ArcTexts[a], Narrowest + (Widest * probabilities[a]), lines[a]);
            var size = (Width: text.Length * LetterSize * 0.62, Height: TextHeight);
            var at = (arc.From == arc.To ? [0.5] : textPlaces).Select(t => Beside(points, t, width, size)).ToArray();
            var best = at.MinBy(p => taken.Sum(o => Overlap(p, size, o.First, (o.Width, o.Height))) + (CrossedCost * Crossings(p, size, traces, a)));
            taken.Add((best, size.Width, size.Height));
            curves.Add(new(arc.From, arc.To, points, width, text, best));
        }
        // All corners of nodes, points of curves and texts.
        (double X, double Y)[] all =
        [
            .. places.SelectMany((p, i) => new[] { (p.X - (widths[i] / 2), p.Y - (NodeHeight / 2)), (p.X + (widths[i] / 2), p.Y + (NodeHeight / 2)) }),
            .. curves.SelectMany(c => new[] { (c.TextAt.X - Margin, c.TextAt.Y - Margin), (c.TextAt.X + Margin, c.TextAt.Y + Margin), Middle(c.Points, 0.5) }),
        ];
        var (left, top) = (all.Min(p => p.X), all.Min(p => p.Y));
        return new(all.Max(p => p.X) - left, all.Max(p => p.Y) - top,
            [.. names.Zip(places, widths).Select(n => new PlacedNode(n.First, Round(n.Second.X - left), Round(n.Second.Y - top), n.Third, NodeHeight))], [],
            IsDirected: true)
        {
            Curves = [.. curves.Select(c => c with { Points = [.. c.Points.Select(Moved)], TextAt = Moved(c.TextAt) })],
        };

        (double X, double Y) Moved((double X, double Y) p) => (Round(p.X - left), Round(p.Y - top));
    }

    // Sines and cosines differ in their last bits between machines.
    private static double Round(double pixels) => Math.Round(pixels, 2);

    private static (double X, double Y) Along(double angle, double length) => (length * Math.Cos(angle), length * Math.Sin(angle));

    private static (double X, double Y)[] Curve((int From, int To) arc, (double X, double Y)[] places, double[] widths)
    {
        var (a, b) = (places[arc.From], places[arc.To]);
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        // A quadratic curve whose control point lies to the left of the way, written as a cubic one.
        var control = (X: ((a.X + b.X) / 2) + (Bend * dy), Y: ((a.Y + b.Y) / 2) - (Bend * dx));
        var (start, end) = (Edge(a, widths[arc.From], Turned(a, control, -PortAngle)), Edge(b, widths[arc.To], Turned(b, control, PortAngle)));
        return [start, Between(start, control, 2 / 3.0), Between(end, control, 2 / 3.0), end];
    }

    private static (double X, double Y) Turned((double X, double Y) middle, (double X, double Y) to, double angle)
    {
        var (x, y, cos, sin) = (to.X - middle.X, to.Y - middle.Y, Math.Cos(angle), Math.Sin(angle));
        return (middle.X + (x * cos) - (y * sin), middle.Y + (x * sin) + (y * cos));
    }

    // Outwards from the circle.
    private static (double X, double Y)[] Loop((double X, double Y) place, double nodeWidth, double radius)
    {
        var angle = radius == 0 ? -Math.PI / 2 : Math.Atan2(place.Y, place.X);
        var points = new (double X, double Y)[4];
        foreach (var (side, edge, control) in new[] { (-1, 0, 1), (1, 3, 2) })
        {
            var (x, y) = Along(angle + (side * LoopAngle), 1);
            points[edge] = Edge(place, nodeWidth, (place.X + x, place.Y + y));
            points[control] = (points[edge].X + (LoopLength * x), points[edge].Y + (LoopLength * y));
        }
        return points;
    }

    // To the left of the way along a curve, which is its outer side.
    private static (double X, double Y) Beside((double X, double Y)[] points, double t, double width, (double Width, double Height) text)
    {
        var (at, before, after) = (Middle(points, t), Middle(points, t - 0.01), Middle(points, t + 0.01));
        var (dx, dy) = (after.X - before.X, after.Y - before.Y);
        var length = Math.Sqrt((dx * dx) + (dy * dy));
        var (x, y) = (dy / length, -dx / length);
        var gap = TextGap + (width / 2) + (Math.Abs(x) * text.Width / 2) + (Math.Abs(y) * text.Height / 2);
        return (at.X + (gap * x), at.Y + (gap * y));
    }

    // How many points of other curves lie in a text.
    private static int Crossings((double X, double Y) at, (double Width, double Height) size, (double X, double Y)[][] traces, int own) =>
        traces.Where((_, a) => a != own)
            .Sum(t => t.Count(p => Math.Abs(p.X - at.X) < (size.Width / 2) + TextGap && Math.Abs(p.Y - at.Y) < (size.Height / 2) + TextGap));

    // The area that two boxes share, in square pixels.
    private static double Overlap((double X, double Y) a, (double Width, double Height) sizeA, (double X, double Y) b, (double Width, double Height) sizeB) =>
        Math.Max(0, ((sizeA.Width + sizeB.Width) / 2) - Math.Abs(a.X - b.X)) * Math.Max(0, ((sizeA.Height + sizeB.Height) / 2) - Math.Abs(a.Y - b.Y));

    // Where the way from the middle of a node to a point leaves the node.
    private static (double X, double Y) Edge((double X, double Y) middle, double width, (double X, double Y) to)
    {
        var (dx, dy) = (to.X - middle.X, to.Y - middle.Y);
        var share = Math.Min(dx == 0 ? double.MaxValue : width / 2 / Math.Abs(dx), dy == 0 ? double.MaxValue : NodeHeight / 2 / Math.Abs(dy));
        return (middle.X + (share * dx), middle.Y + (share * dy));
    }

    private static (double X, double Y) Between((double X, double Y) a, (double X, double Y) b, double share) =>
        (a.X + (share * (b.X - a.X)), a.Y + (share * (b.Y - a.Y)));

    // A point of a Bézier curve, by de Casteljau's construction.
    private static (double X, double Y) Middle(IReadOnlyList<(double X, double Y)> p, double t)
    {
        var (a, b, c) = (Between(p[0], p[1], t), Between(p[1], p[2], t), Between(p[2], p[3], t));
        return Between(Between(a, b, t), Between(b, c, t), t);
    }

    private static string Text(double probability) => probability > 0.99 && probability < 1 ? "> 99 %"
        : probability < 0.01 ? "< 1 %" : string.Create(CultureInfo.InvariantCulture, $"{100 * probability:0} %");
}
