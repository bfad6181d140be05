using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Models.Tests.Serialization;

/// <summary>Files of pomegranate 0.14: what is read, what is refused with its path, and that writing gives pomegranate's own text.</summary>
public sealed class PomegranateFileTests
{
    private const string Normal = """{"class":"Distribution","name":"NormalDistribution","parameters":[5,2.0],"frozen":false}""";

    public static TheoryData<string, string> Damaged => new()
    {
        { """{"class":"Distribution","name":"NormalDistribution","parameters":[NaN,2.0]}""",
            "m.json, $.parameters[0]: found NaN, expected a finite number; the model broke down in training; fit it again" },
        { """{"class":"Distribution","name":"NormalDistribution","parameters":[1.0,-Infinity]}""",
            "m.json, $.parameters[1]: found -Infinity, expected a finite number; the model broke down in training; fit it again" },
        { """{"class":"Distribution","name":"NormalDistribution","parameters":[1.0,-2.0]}""",
            "m.json, $ (NormalDistribution), normal distribution, standardDeviation: found -2, expected a finite number above 0; the file is damaged, or the "
                + "model broke down in training; save it again" },
        { """{"class":"Distribution","name":"NormalDistribution","parameters":[1.0]}""",
            "m.json, $.parameters: found 1 numbers, expected 2; save the model again with pomegranate, or correct the file" },
        { """{"class":"Distribution","name":"NormalDistribution","parameters":[1.0,"2"]}""",
            "m.json, $.parameters: found the text '2', expected a number; save the model again with pomegranate, or correct the file" },
        { """{"class":"Distribution","name":"NormalDistribution"}""",
            "m.json, $.parameters: found nothing, expected a value; save the model again with pomegranate, or correct the file" },
        { """{"class":"Distribution"}""", "m.json, $.name: found nothing, expected a value; save the model again with pomegranate, or correct the file" },
        { """{"class":"Distribution","name":"NormalDistribution","parameters":[1.0,2.0],"parameters":[1.0,3.0]}""",
            "m.json, $: found the key 'parameters' twice, expected each key once; the file is damaged or was edited; save the model again" },
        { """{"class":"Distribution","dtype":"str","name":"DiscreteDistribution","parameters":[{"a":0.5,"a":0.5}]}""",
            "m.json, $.parameters[0]: found the key 'a' twice, expected each key once; the file is damaged or was edited; save the model again" },
        { """{"class":"Distribution","dtype":"float","name":"DiscreteDistribution","parameters":[{"1":0.5,"1.0":0.5}]}""",
            "m.json, $.parameters[0]['1.0']: found the key '1.0', which has the same value as another key, expected each key once; save the model again with "
                + "pomegranate, or correct the file" },
        { """{"class":"Distribution","dtype":"str","name":"DiscreteDistribution","parameters":[{"a":1.5}]}""",
            "m.json, $ (DiscreteDistribution), discrete distribution, probabilities: found a probability out of range, expected numbers from 0 to 1; the file "
                + "is damaged, or the model broke down in training; save it again" },
        { """{"class":"Distribution","name":"JointProbabilityTable","table":[["a",0.5],["a",0.5]],"dtypes":["str","float"],"parents":[0]}""",
            "m.json, $.table[1]: found the same keys as in a row before it, expected each combination once; save the model again with pomegranate, or "
                + "correct the file" },
        { """{"class":"Distribution","name":"ConditionalProbabilityTable","table":[["a","b","0.5"],["a","0.5"]],"dtypes":["str","str","float"],"parents":[]}""",
            "m.json, $.table[1]: found 2 entries, expected 3, as in the first row; save the model again with pomegranate, or correct the file" },
        { """{"class":"Distribution","name":"ConditionalProbabilityTable","table":[["a","b","nan"]],"dtypes":["str","str","float"],"parents":[]}""",
            "m.json, $.table[0][2]: found the text 'nan', expected a finite number, as a text; save the model again with pomegranate, or correct the file" },
        { $$"""{"class":"GeneralMixtureModel","distributions":[{{Normal}},{{Normal}}],"weights":[0.5]}""",
            "m.json, $.weights: found 1 weights, expected 2, one for each component; save the model again with pomegranate, or correct the file" },
        { $$"""{"class":"GeneralMixtureModel","distributions":[{{Normal}},{{Normal}}],"weights":[-0.5,1.5]}""",
            "m.json, $.weights[0]: found '-0.5', expected a probability; save the model again with pomegranate, or correct the file" },
        { $$"""{"class":"GeneralMixtureModel","distributions":[{{Normal}},{"class":"Kmeans","k":1,"centroids":[[1]]}],"weights":[0.5,0.5]}""",
            "m.json, $.distributions[1].class: found the text 'Kmeans', expected a distribution or a mixture; save the model again with pomegranate, or "
                + "correct the file" },
        { $$"""{"class":"GeneralMixtureModel","distributions":[{{Normal}}, """,
            "m.json, line 1, byte 139: found text that is not JSON (truncated or damaged), expected a model in JSON; save the model again" },
        { """{"class":"Kmeans","k":2,"centroids":[[1.0],[2.0],[3.0]]}""",
            "m.json, $.k: found '2', expected 3, the number of centroids; save the model again with pomegranate, or correct the file" },
        { """{"class":"Kmeans","k":2,"centroids":[[1.0],[2.0,3.0]]}""", "m.json, $.centroids: found rows of 1 and of 2 numbers, expected rows of equal length; "
            + "save the model again with pomegranate, or correct the file" },
        { Hidden("[2,0,1.0,1.0,null]").Replace("\"end_index\":3", "\"end_index\":2", StringComparison.Ordinal),
            "m.json, $['end_index']: found 2, which is also the start, expected another state; save the model again with pomegranate, or correct the file" },
        { Hidden("[2,4,1.0,1.0,null]"), "m.json, $.edges[0][1]: found '4', expected the index of a state, a whole number from 0 to 3; save the model again "
            + "with pomegranate, or correct the file" },
        { Hidden("[2,0]"), "m.json, $.edges[0]: found 2 entries, expected 5: from, to, probability, pseudocount and group; save the model again with "
            + "pomegranate, or correct the file" },
        { Hidden("[2,0,NaN,1.0,null]"), "m.json, $.edges[0][2]: found NaN, expected a finite number; the model broke down in training; fit it again" },
        { Hidden("[2,0,1.0,1.0,null]", "[0,2]"), "m.json, $['distribution ties'][0]: found a silent state, expected two states with distributions; save the "
            + "model again with pomegranate, or correct the file" },
        { Hidden("[0,2,1.0,1.0,null]"), "m.json, $ (HiddenMarkovModel), hidden Markov model, transition 'a' to 'start': found a transition into the start, "
            + "expected none: every sequence starts there exactly once; the file is damaged, or the model broke down in training; save it again" },
        { $$"""{"class":"MarkovChain","distributions":[{{Normal}}]}""",
            "m.json, $.distributions[0]: found a distribution that is not a table, expected a discrete distribution, then conditional probability tables; save "
                + "the model again with pomegranate, or correct the file" },
        { Network("[]"), "m.json, $.structure: found 0 lists, expected 2, one for each state; save the model again with pomegranate, or correct the file" },
        { Network("[[],[2]]"), "m.json, $.structure[1][0]: found '2', expected the index of a state, a whole number from 0 to 1; save the model again with "
            + "pomegranate, or correct the file" },
        { Network("[[],[]]"), "m.json, $.states[1].distribution: found another distribution, expected a discrete distribution, as the state has no parents; "
            + "save the model again with pomegranate, or correct the file" },
        { Network("[[],[0,0]]"), "m.json, $.states[1].distribution: found another distribution, expected a conditional probability table of 3 columns, one for "
            + "each parent and the state's own; save the model again with pomegranate, or correct the file" },
        { Network("[[1],[0]]", Table), "m.json, $ (BayesianNetwork), Bayesian network: found the cycle a -> b -> a, expected arcs without a cycle; the file is "
            + "damaged, or the model broke down in training; save it again" },
        { Network("[[],[0]]", name: "a"), "m.json, $ (BayesianNetwork), Bayesian network: found variable 'a' twice, expected each name once; the file is "
            + "damaged, or the model broke down in training; save it again" },
        { Network("[[],[0]]", Normal), "m.json, $.states[0].distribution: found another distribution, expected a discrete distribution, as the state has no "
            + "parents; save the model again with pomegranate, or correct the file" },
        { """{"class":"NeuralNetwork"}""", "m.json, $.class: found the class 'NeuralNetwork', expected one that this version can take over; use a newer "
            + "version of Pipelines, or fit the model again" },
        {
            $$"""{"class":"GeneralMixtureModel","distributions":[{{Normal}},{"class":"Distribution","dtype":"str","name":"""
                + "\"DiscreteDistribution\",\"parameters\"" + """:[{"a":1.0}]}],"weights":[0.5,0.5]}""",
            "m.json, $.distributions[1].parameters[0].a: found the category 'a' in feature 0, which another part of the model takes as a number, "
            + "expected whole numbers from 0 to 65535, or categories in every part; save the model again with pomegranate, or correct the file" },
    };

    private const string Root = """{"class":"Distribution","dtype":"str","name":"DiscreteDistribution","parameters":[{"y":0.25,"x":0.75}],"frozen":false}""";

    private const string Table = """{"class":"Distribution","name":"ConditionalProbabilityTable","table":[["x","v","0.5"],["x","u","0.5"],["y","v","1.0"],"""
        + """["y","u","0.0"]],"dtypes":["str","str","float"],"parents":[]}""";

    private static string Network(string structure, string root = Root, string table = Table, string name = "b") =>
        $$"""{"class":"BayesianNetwork","name":"n","structure":{{structure}},"states":[{{State("a", root)}},{{State(name, table)}}]}""";

    private static string Hidden(string edges, string ties = "") =>
        $$"""{"class":"HiddenMarkovModel","name":"m","states":[{{State("a", Normal)}},{{State("b", Normal)}},{{State("m-start", "null")}},{{State("m-end",
            "null")}}],"end_index":3,"start_index":2,"silent_index":2,"edges":[{{edges}}],"distribution ties":[{{ties}}]}""";

    private static string State(string name, string distribution) => $$"""{"class":"State","distribution":{{distribution}},"name":"{{name}}","weight":1.0}""";

    public static TheoryData<string> SameText => ["dist_bernoulli", "dist_beta", "dist_dirichlet", "dist_exponential", "dist_frozen", "dist_gamma",
        "dist_kde_gaussian", "dist_kde_triangle", "dist_kde_uniform", "dist_lognormal",
        "dist_mvg", "dist_normal", "dist_poisson", "dist_uniform", "edge_zero_weight", "gmm_frozen", "gmm_ic", "gmm_mixed_1d", "gmm_mvg", "gmm_nested",
        "gmm_normal_1d", "gmm_discrete", "ic_weighted", "kmeans", "parquet_types",
        "hmm_from_matrix", "hmm_gaussian_finite", "hmm_gmm", "hmm_ic", "hmm_multivariate", "hmm_silent", "markov_chain_order0"];

    public static TheoryData<string> Readable => [.. Directory.EnumerateDirectories(Golden()).Where(d => File.Exists(Path.Combine(d, "expected.json")))
        .Select(d => Path.GetFileName(d)).Where(n => n != "edge_nonfinite")];

    [Theory]
    [MemberData(nameof(Damaged))]
    public void ADamagedFileIsRefusedWithItsPath(string json, string message)
    {
        var error = Assert.Throws<ModelException>(() => Read(json));
        Assert.Equal((ErrorKind.ModelFile, message), (error.Kind, error.Message));
    }

    [Theory]
    [MemberData(nameof(SameText))]
    public void WritingGivesTheTextThatPomegranateWrote(string name)
    {
        var text = File.ReadAllText(Path.Combine(Golden(), name, "model.json"));
        Assert.Equal(text, Write(Read(text)));
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void TheModelSurvivesBothRoundTripsToTheBit(string name)
    {
        var saved = Read(File.ReadAllText(Path.Combine(Golden(), name, "model.json")));
        foreach (var again in new[] { SavedModel.FromJson(saved.ToJson()), Read(Write(saved)), Read(Write(SavedModel.FromJson(saved.ToJson()))) })
        {
            Assert.Equal(saved.Model, again.Model);
            Assert.Equal(saved.Features, again.Features);
            Assert.Equal(saved.FeaturesByPosition, again.FeaturesByPosition);
        }
    }

    [Fact]
    public void NetworksKeepTheirNames()
    {
        var saved = Read(Network("[[],[0]]"));
        Assert.Equal([new("a", ["x", "y"]), new("b", ["u", "v"])], saved.Features);
        Assert.False(saved.FeaturesByPosition);
        Assert.Empty(saved.Warnings);
        var network = Assert.IsType<BayesianNetwork>(saved.Model);
        Assert.Equal(new([new("a", ["x", "y"]), new("b", ["u", "v"])], [[], [0]], [[0.75, 0.25], [0.5, 0.5, 0, 1]]), network);
        // The texts are what a network was fitted to; features that were renamed have other names in the file.
        var text = Encoding.ASCII.GetString(PomegranateFile.Write(saved.WithFeatures(["c", "d"]), out var warnings));
        Assert.Empty(warnings);
        Assert.Equal(["c", "d"], Read(text).Features!.Select(f => f.Name));
        // Without features, the variables' own names and values are written.
        Assert.Equal(saved.Features, Read(Write(new(network))).Features);
        PomegranateFile.Write(new((Model)network.With(MissingValues.Em).Freeze()), out warnings);
        Assert.Equal(["$: the format does not say that a network is frozen", "$: the format has no place for how the model is fitted"], warnings);
    }

    [Fact]
    public void ClassesOfNetworksShareNamesAndKeys()
    {
        var (one, other) = (Network("[[],[0]]"), Network("[[],[0]]", Root.Replace("\"x\"", "\"z\"", StringComparison.Ordinal)));
        var saved = Read($$"""{"class":"BayesClassifier","models":[{{one}},{{other}}],"weights":[-0.693,-0.693]}""");
        Assert.Equal([new("a", ["x", "y", "z"]), new("b", ["u", "v"])], saved.Features);
        Assert.False(saved.FeaturesByPosition);
        // In the second network, z has no row in the table of b.
        Assert.Contains(saved.Warnings, w => w.EndsWith("some combinations of the parents' values have no probabilities; all values are equally likely there",
            StringComparison.Ordinal));
        Assert.Equal([0.5, 0.5, 0, 1, 0.5, 0.5], ((BayesianNetwork)((BayesClassifier)saved.Model).Classes[1]).Tables[1].Probabilities.ToArray());
        // Networks that call a feature by different names leave it to its position.
        saved = Read($$"""{"class":"BayesClassifier","models":[{{one}},{{Network("[[],[0]]", name: "c")}}],"weights":[-0.693,-0.693]}""");
        Assert.Equal((true, "0"), (saved.FeaturesByPosition, saved.Features![0].Name));
    }

    [Fact]
    public void RowsOfNetworksAreScaledWithAWarning()
    {
        var saved = Read(Network("[[],[0]]", Root, Table.Replace("\"1.0\"", "\"0.5\"", StringComparison.Ordinal)));
        Assert.Equal([0.5, 0.5, 0, 1], ((BayesianNetwork)saved.Model).Tables[1].Probabilities.ToArray());
        Assert.Equal("$.states[1].distribution: probabilities given some values of the parents do not sum to 1; in a network they are scaled to it",
            Assert.Single(saved.Warnings));
    }

    [Fact]
    public void StatesThatAreCalledAsOursGetOtherNames()
    {
        var saved =
            Read(Hidden("[2,0,1.0,1.0,null],[0,0,0.5,2,7],[0,1,1.0,3,7]", "[0,1],[1,0]").Replace("\"name\":\"a\"", "\"name\":\"start\"",
                StringComparison.Ordinal).Replace("\"name\":\"b\"", "\"name\":\"end\"", StringComparison.Ordinal));
        var hidden = Assert.IsType<HiddenMarkovModel>(saved.Model);
        Assert.Equal(["start (2)", "end (2)", "start", "end"], hidden.States.Select(s => s.Name));
        // The distributions of both are one; the row that sums to 1.5 is scaled.
        Assert.Equal([null, "start (2)", null, null], hidden.States.Select(s => s.TiedTo));
        Assert.Equal(
            [new("start", "start (2)", 1, 1, null), new("start (2)", "start (2)", 0.5 / 1.5, 2, "7"), new("start (2)", "end (2)", 1 / 1.5, 3, "7")],
            hidden.Transitions);
        Assert.False(hidden.IsFinite);
        Assert.Equal("m", hidden.ModelName);
        Assert.Equal(
            [
                "$.states[0].name: the state 'start' is called 'start (2)' here: each state needs a name of its own, and start and end are taken",
                "$.states[1].name: the state 'end' is called 'end (2)' here: each state needs a name of its own, and start and end are taken",
                "$: the transitions out of state 'start (2)' sum to 1.5: they were scaled to sum 1",
            ], saved.Warnings);
    }

    [Fact]
    public void TiedStatesThatDifferKeepTheirOwn()
    {
        var text = Hidden("[2,0,1.0,1.0,null],[0,1,1.0,1.0,null]", "[0,1],[1,0]");
        var at = text.LastIndexOf("[5,2.0]", StringComparison.Ordinal);
        var saved = Read(text[..at] + "[6,2.0]" + text[(at + 7)..]);
        Assert.Equal([new NormalDistribution(5, 2), new NormalDistribution(6, 2), null, null],
            ((HiddenMarkovModel)saved.Model).States.Select(s => s.Distribution));
        Assert.Equal(["$['distribution ties'][0] (and 1 more): states that are tied have different distributions; each keeps its own"], saved.Warnings);
    }

    [Fact]
    public void HowAHiddenMarkovModelIsFittedIsLostWithAWarning()
    {
        var model =
            ((HiddenMarkovModel)Read(Hidden("[2,0,1.0,1.0,null],[0,1,1.0,1.0,null]")).Model).With(new HiddenFitting { EdgeInertia = 0.5 });
        PomegranateFile.Write(new SavedModel(model, null), out var warnings);
        Assert.Equal(["$: the format has no place for how the model is fitted"], warnings);
    }

    [Fact]
    public void NumbersMayBeWrittenInAnyWay()
    {
        Assert.Equal(new NormalDistribution(5, 2),
            Read("\uFEFF"
                + """ { "frozen" : false, "unknown" : NaN, "parameters" : [5, 2.0], "name" : "NormalDistribution", "class" : "Distribution" } """).Model);
        Assert.Equal(new NormalDistribution(1e30, 5e-324),
            Read("""{"class":"Distribution","name":"NormalDistribution","parameters":[1000000000000000000000000000000, 5e-324]}""").Model);
        Assert.Equal(new NormalDistribution(1, 2).Freeze(),
            Read("""{"class":"Distribution","name":"NormalDistribution","parameters":[1.0,2.0],"frozen":true}""").Model);
    }

    [Theory]
    [InlineData("int", """{"10":0.5,"-2":0.25,"123456789012345678901234567890":0.25}""", "-2|10|123456789012345678901234567890", null)]
    [InlineData("numpy.int64", """{"1":0.5,"3":0.5}""", "1|3", null)]
    [InlineData("float", """{"2.0":0.5,"1e-05":0.25,"1e+16":0.25}""", "1E-05|2|10000000000000000", null)]
    [InlineData("bool", """{"True":0.25,"False":0.75}""", "0|1", null)]
    [InlineData("str", """{"10":0.5,"9":0.25,"a":0.25}""", "10|9|a", "string")]
    [InlineData("tuple", """{"(1, 2)":1.0}""", "(1, 2)", "string")]
    public void KeysAreTakenByValue(string type, string keys, string categories, string? column)
    {
        var saved = Read($$"""{"class":"Distribution","dtype":"{{type}}","name":"DiscreteDistribution","parameters":[{{keys}}],"frozen":false}""");
        Assert.Equal(categories.Split('|'), saved.Features!.Single().Categories);
        Assert.Equal(column, saved.Features!.Single().Type);
        Assert.Equal(type == "tuple" ? 1 : 0, saved.Warnings.Count);
    }

    [Fact]
    public void KeysOfOldFilesAreNumbersIfAllAre()
    {
        Assert.Equal(["2", "10"],
            Read("""{"class":"Distribution","name":"DiscreteDistribution","parameters":[{"10":0.5,"2.0":0.5}]}""").Features!.Single().Categories);
        Assert.Equal(["10", "2.0", "x"],
            Read("""{"class":"Distribution","name":"DiscreteDistribution","parameters":[{"10":0.5,"2.0":0.25,"x":0.25}]}""").Features!.Single().Categories);
    }

    [Fact]
    public void ComponentsShareOneDictionary()
    {
        var saved = Read("""
            {"class":"GeneralMixtureModel","weights":[0.5,0.5],"distributions":[
              {"class":"Distribution","dtype":"int","name":"DiscreteDistribution","parameters":[{"3":0.25,"1":0.75}]},
              {"class":"Distribution","dtype":"float","name":"DiscreteDistribution","parameters":[{"2.0":0.5,"1.0":0.5}]}]}
            """);
        Assert.Equal(["1", "2", "3"], saved.Features!.Single().Categories);
        Assert.Equal([[0.75, 0, 0.25], [0.5, 0.5, 0]],
            ((GeneralMixtureModel)saved.Model).Components.Select(c => ((DiscreteDistribution)c).Probabilities.ToArray()));
    }

    [Fact]
    public void KeysThatAreNumbersElsewhereAreTheirOwnCodes()
    {
        var saved =
            Read(
                $$"""{"class":"GeneralMixtureModel","weights":[0.5,0.5],"distributions":["""
                + $$"""{"class":"Distribution","dtype":"int","name":"DiscreteDistribution","parameters":[{"3":0.25,"1":0.75}]},{{Normal}}]}""");
        Assert.Null(saved.Features!.Single().Categories);
        Assert.Equal([0, 0.75, 0, 0.25], ((DiscreteDistribution)((GeneralMixtureModel)saved.Model).Components[0]).Probabilities.ToArray());
    }

    [Fact]
    public void TablesAreUsedAsTheyStand()
    {
        var blank = Read("""{"class":"Distribution","dtype":null,"name":"DiscreteDistribution","parameters":[{}],"frozen":false}""");
        Assert.Equal([0.0], ((DiscreteDistribution)blank.Model).Probabilities.ToArray());
        var half = Read("""{"class":"Distribution","dtype":"str","name":"DiscreteDistribution","parameters":[{"a":0.25,"b":0.25}]}""");
        Assert.Equal([0.25, 0.25], ((DiscreteDistribution)half.Model).Probabilities.ToArray());
        Assert.Equal("$.parameters: probabilities do not sum to 1; they are used unchanged, as in pomegranate", Assert.Single(half.Warnings));
        Assert.Equal(half.Model, SavedModel.FromJson(half.ToJson()).Model);
        // P(b | y) is missing; the last tag is a lie.
        var table =
            Read(
                """{"class":"Distribution","name":"ConditionalProbabilityTable","table":[["x","a","1"],["x","b","0.0"],["y","a","0.5"]],"dtypes":"""
                + """["str","str","int"],"parents":[]}""");
        Assert.Equal([1, 0, 0.5, 0], ((ConditionalProbabilityTable)table.Model).Probabilities.ToArray());
        Assert.Equal(2, table.Warnings.Count);
        Assert.Equal(table.Model, SavedModel.FromJson(table.ToJson()).Model);
    }

    [Fact]
    public void WeightsOfWhichNoneIsPositiveAreLogarithms()
    {
        var saved =
            Read(
                string.Create(CultureInfo.InvariantCulture,
                    $$"""{"class":"GeneralMixtureModel","weights":[{{Math.Log(0.25)}},{{Math.Log(
                        0.75)}},-Infinity],"distributions":[{{Normal}},{{Normal}},{{Normal}}]}"""));
        // exp(log w) is off by some 1e-16.
        Assert.Equal([0.25, 0.75, 0], ((GeneralMixtureModel)saved.Model).Weights.ToArray().Select(w => Math.Round(w, 14)));
        Assert.Contains("are logarithms", Assert.Single(saved.Warnings), StringComparison.Ordinal);
        Assert.Contains("scaled to it",
            Assert.Single(Read($$"""{"class":"GeneralMixtureModel","weights":[1,3],"distributions":[{{Normal}},{{Normal}}]}""").Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public void WarningsOfTheSameKindAreCounted()
    {
        var dirichlet = """{"class":"Distribution","name":"DirichletDistribution","parameters":[[2.0,3.0]]}""";
        var saved = Read($$"""{"class":"GeneralMixtureModel","weights":[0.5,0.5],"distributions":[{{dirichlet}},{{dirichlet}}]}""");
        Assert.Equal("$.distributions[0] (and 1 more): pomegranate's density of a Dirichlet distribution has the exponents alpha; here they are alpha - 1, as "
            + "defined, so log-probabilities differ", Assert.Single(saved.Warnings));
    }

    [Fact]
    public void DeepNestingIsRefusedOrIgnored()
    {
        var nested = Normal;
        for (var i = 0; i < 30; i++) nested = $$"""{"class":"GeneralMixtureModel","weights":[1.0],"distributions":[{{nested}}]}""";
        Assert.Contains("found models nested more than 24 deep, expected at most 24", Assert.Throws<ModelException>(() => Read(nested)).Message,
            StringComparison.Ordinal);
        var parents = "[]";
        for (var i = 0; i < 500; i++) parents = $$"""[{"parents":{{parents}}}]""";
        Assert.Equal(2,
            Read(
                $$"""{"class":"Distribution","name":"ConditionalProbabilityTable","table":[["x","a","1.0"]],"dtypes":"""
                + $$"""["str","str","float"],"parents":{{parents}}}""").Model.Dimensions);
        Assert.Throws<ModelException>(() => Read("""{"class":""" + new string('[', 100_000)));
    }

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(1e-5, "1e-05")]
    [InlineData(1e16, "1e+16")]
    [InlineData(123456789012345680, "1.2345678901234568e+17")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(2, "2.0")]
    [InlineData(-12.5, "-12.5")]
    [InlineData(1e100, "1e+100")]
    [InlineData(0.30000000000000004, "0.30000000000000004")]
    [InlineData(2.9802322387695312e-08, "2.9802322387695312e-08")]
    public void NumbersAreWrittenAsPythonWritesThem(double value, string text) => Assert.Equal(text, PythonJson.Number(value));

    [Fact]
    public void WhatTheFormatCannotSayIsNamed()
    {
        var discrete = new SavedModel(new DiscreteDistribution([0.5, 0.5], 0.25), [new("word", ["é\"\n", "b"])]);
        var text = Encoding.ASCII.GetString(PomegranateFile.Write(discrete, out var warnings));
        Assert.Contains("""
                    "\u00e9\"\n" : 0.5,
            """, text, StringComparison.Ordinal);
        Assert.Equal(["$: the format has no place for feature names (word); columns are matched by position",
            "$: the format cannot say that unknown categories have probability 0.25: pomegranate gives them 0"], warnings);
        PomegranateFile.Write(new(new SphericalGaussianDistribution([1, 2], 3)), out warnings);
        Assert.Equal("$: a spherical-gaussian is written as a MultivariateGaussianDistribution: the format does not say that its covariance has that form, and "
            + "a refit would free it", Assert.Single(warnings));
        Assert.Equal("$", Assert.Throws<ModelException>(() => PomegranateFile.Write(new(new HalfNormalDistribution(1)), out _)).Place);
    }

    [Fact]
    public void EveryFamilyIsWrittenOrRefusedByName()
    {
        string[] refused = ["dirac-delta", "half-normal", "student-t", "zero-inflated"];
        foreach (var family in Contract.ModelCases.Families)
        {
            var saved = new SavedModel(family.Prototype(family.IsUnivariate ? [0.5] : [0.5, 0.5]));
            if (refused.Contains(family.Name)) Assert.Throws<ModelException>(() => PomegranateFile.Write(saved, out _));
            else Assert.Equal(saved.Model.Dimensions, SavedModel.FromJson(PomegranateFile.Write(saved, out _)).Model.Dimensions);
        }
    }

    private static SavedModel Read(string json) => SavedModel.FromJson(Encoding.UTF8.GetBytes(json), "m.json");

    private static string Write(SavedModel saved) => Encoding.ASCII.GetString(PomegranateFile.Write(saved, out _));

    private static string Golden([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "golden", "pomegranate"));
}
