namespace Pipelines.Cli.Tests;

/// <summary>
/// Wrong command lines: every mistake at once, each with what would be right; exit code 2 and nothing read, as the inputs named here do not exist.
/// </summary>
public sealed class UsageTests
{
    private const string Start = "fit mixture data.parquet --output m.json";

    public static TheoryData<string, string, int, string> Cases => new()
    {
        { "nothing", "", 2, "pipelines: error: command: found none, expected a command, such as fit, score or inspect; for example pipelines fit\nSee "
            + "pipelines --help." },
        { "unknown verb", "fitt data.parquet", 2,
            "pipelines: error: command: found 'fitt', expected a command, such as fit, score or inspect; did you mean 'fit'?\nSee pipelines --help." },
        { "help about an unknown verb", "fitt --help", 2,
            "pipelines: error: command: found 'fitt', expected a command, such as fit, score or inspect; did you mean 'fit'?\nSee pipelines --help." },
        { "help about an unknown kind", "fit normal --help", 2, "pipelines: error: fit KIND: found 'normal', expected a kind of model, such as mixture; for "
            + "example pipelines fit mixture\nSee pipelines fit --help." },
        { "no kind", "fit", 2, "pipelines: error: fit KIND: found none, expected a kind of model, such as mixture; for example pipelines fit mixture\nSee "
            + "pipelines fit --help." },
        { "unknown kind", "fit hmmm data.parquet", 2,
            "pipelines: error: fit KIND: found 'hmmm', expected a kind of model, such as mixture; did you mean 'hmm'?\nSee pipelines fit --help." },
        { "no input", "fit mixture --distribution normal --components 2 --output m.json", 2,
            "pipelines: error: INPUT: found none, expected one or more Parquet files, folders or globs; for example pipelines fit mixture data.parquet …\nSee "
                + "pipelines fit mixture --help." },
        { "no data to score", "score model.json --output scored.parquet", 2, "pipelines: error: INPUT: found none, expected one or more Parquet files, folders "
            + "or globs; for example pipelines score model.json data.parquet …\nSee pipelines score --help." },
        { "nothing to inspect", "inspect", 2, "pipelines: error: FILE: found none, expected a model saved by 'fit' or by pomegranate 0.14, "
            + "a network in BIF, or "
            + "a Parquet file, folder or glob; for example pipelines inspect model.json …\nSee pipelines inspect --help." },
        { "similar option", Start + " --component 2", 2,
            "pipelines: error: --component: found '2', expected the name of a distribution for all features, or one for each feature; did you mean "
                + "--components 2?\nSee pipelines fit mixture --help." },
        { "unknown option", Start + " --distribution normal --componets 2", 2,
            "pipelines: error: --componets: found an option that 'mixture' does not have, expected one of its options; did you mean --components?\nSee "
                + "pipelines fit mixture --help." },
        { "unknown option far from all", Start + " --distribution normal --bootstrap there", 2,
            "pipelines: error: --bootstrap: found an option that 'mixture' does not have, expected one of its options; correct its name (a file of that name "
                + "is given as ./NAME)\nSee pipelines fit mixture --help." },
        { "what is needed", "fit mixture data.parquet", 2, "pipelines: error: 3 mistakes, nothing was read\n  --output: found none, expected a file to write "
            + "the model to; for example --output model.json\n  --distribution: found none, expected the name of a distribution for all features, or one for "
            + "each feature, or an initial model (--initial); for example --distribution multivariate-gaussian\n  --components: found none, expected a "
            + "whole number of at least 1, or up to 1000 ascending ones to choose from (2..12 or 2,4,8), or an initial model (--initial); for example "
            + "--components 3\nSee pipelines fit mixture --help." },
        { "what k-means needs", "fit kmeans data.parquet", 2, "pipelines: error: 2 mistakes, nothing was read\n  --output: found none, expected a file to "
            + "write the model to; for example --output model.json\n  --components: found none, expected a whole number of at least 1, "
            + "or an initial model (--initial); for example --components 3\nSee pipelines fit "
            + "kmeans --help." },
        { "output to score", "score model.json data.parquet", 2, "pipelines: error: --output: found none, expected a file to write that ends with .parquet, or "
            + "a new or empty folder; for example --output scored.parquet\nSee pipelines score --help." },
        { "components not a number", Start + " --distribution normal --components many", 2,
            "pipelines: error: --components: found 'many', expected a whole number of at least 1, or up to 1000 ascending ones to choose from (2..12 or "
                + "2,4,8); for example --components 3\nSee pipelines fit mixture --help." },
        { "components zero", Start + " --distribution normal --components 0", 2,
            "pipelines: error: --components: found '0', expected a whole number of at least 1, or up to 1000 ascending ones to choose from (2..12 or "
                + "2,4,8); for example --components 3\nSee pipelines fit mixture --help." },
        { "components downwards", Start + " --distribution normal --components 5..2", 2,
            "pipelines: error: --components: found '5..2', expected a whole number of at least 1, or up to 1000 ascending ones to choose from (2..12 or "
                + "2,4,8); for example --components 3\nSee pipelines fit mixture --help." },
        { "components from zero", Start + " --distribution normal --components 0..3", 2,
            "pipelines: error: --components: found '0..3', expected a whole number of at least 1, or up to 1000 ascending ones to choose from (2..12 or "
                + "2,4,8); for example --components 3\nSee pipelines fit mixture --help." },
        { "far too many components to choose from", Start + " --distribution normal --components 1..2000000000", 2,
            "pipelines: error: --components: found '1..2000000000', expected a whole number of at least 1, or up to 1000 ascending ones to choose from "
                + "(2..12 or 2,4,8); for example --components 3\nSee pipelines fit mixture --help." },
        { "components twice", Start + " --distribution normal --components 2,4,4", 2,
            "pipelines: error: --components: found '2,4,4', expected a whole number of at least 1, or up to 1000 ascending ones to choose from (2..12 or "
                + "2,4,8); for example --components 3\nSee pipelines fit mixture --help." },
        { "components unsorted", Start + " --distribution normal --components 2..5,3", 2,
            "pipelines: error: --components: found '2..5,3', expected a whole number of at least 1, or up to 1000 ascending ones to choose from (2..12 or "
                + "2,4,8); for example --components 3\nSee pipelines fit mixture --help." },
        { "half a range", Start + " --distribution normal --components 2..", 2,
            "pipelines: error: --components: found '2..', expected a whole number of at least 1, or up to 1000 ascending ones to choose from (2..12 or "
                + "2,4,8); for example --components 3\nSee pipelines fit mixture --help." },
        { "no restart", Start + " --distribution normal --components 2 --restarts 0", 2,
            "pipelines: error: --restarts: found '0', expected a whole number from 1 to 1000; for example --restarts 5\nSee pipelines fit mixture --help." },
        { "too many fits", Start + " --distribution normal --components 1..100 --restarts 11", 2,
            "pipelines: error: --components and --restarts: found 1100 fits, expected at most 1000; for example --restarts 5\nSee pipelines fit "
                + "mixture --help." },
        { "nothing to choose from", Start + " --distribution normal --components 3 --criterion bic", 2,
            "pipelines: error: --criterion: found one fit, expected several to choose from; for example --restarts 5\nSee pipelines fit mixture --help." },
        { "unknown criterion", Start + " --distribution normal --components 3..4 --criterion icl", 2,
            "pipelines: error: --criterion: found 'icl', expected log-likelihood, aic or bic; for example --criterion bic\nSee pipelines fit mixture --help." },
        { "a choice and a model to begin with", Start + " --initial m0.json --restarts 3 --criterion aic", 2,
            "pipelines: error: 2 mistakes, nothing was read\n  --restarts and --initial: found both, expected one of them, as an initial model has its own; "
                + "for example --initial model.json\n  --criterion and --initial: found both, expected one of them, as an initial model has its own; "
                + "for example --initial model.json\nSee pipelines fit mixture --help." },
        { "clusters to choose from", "fit kmeans data.parquet --output m.json --components 2..4", 2,
            "pipelines: error: --components: found 3 numbers of clusters, expected one, as more clusters always lower the squared distance and k-means has "
                + "no likelihood to weigh against it; for example --components 3\nSee pipelines fit kmeans --help." },
        { "relocation in a few batches", "fit kmeans data.parquet --output m.json --components 2 --empty-clusters relocate --batches-per-iteration 5", 2,
            "pipelines: error: --empty-clusters and --batches-per-iteration: found 'relocate' and a number of batches, expected one of them, as a cluster "
                + "without rows in a few batches is not empty; for example --empty-clusters relocate\nSee pipelines fit kmeans --help." },
        { "an unknown policy", "fit kmeans data.parquet --output m.json --components 2 --empty-clusters drop", 2,
            "pipelines: error: --empty-clusters: found 'drop', expected keep or relocate; for example --empty-clusters relocate\n"
                + "See pipelines fit kmeans --help." },
        { "a criterion of k-means", "fit kmeans data.parquet --output m.json --components 2 --restarts 3 --criterion bic", 2,
            "pipelines: error: --criterion: found an option that 'kmeans' does not have, expected one of its options; correct its name (a file of that name is "
                + "given as ./NAME)\nSee pipelines fit kmeans --help." },
        { "a choice in incremental runs", Start + " --distribution normal --components 2..4 --restarts 2 --incremental state.json --batches-per-iteration 5", 2,
            "pipelines: error: 2 mistakes, nothing was read\n  --incremental: found 6 fits to choose from, expected one fit, which later runs continue; for "
                + "example --components 3 without --restarts\n  --incremental and --batches-per-iteration: found both, expected one of them, as an "
                + "incremental fit uses all new rows in every update; for example --incremental state.json\nSee pipelines fit mixture --help." },
        { "no batch in an iteration", Start + " --distribution normal --components 2 --batches-per-iteration 0 --learning-rate-decay -1", 2,
            "pipelines: error: 2 mistakes, nothing was read\n  --learning-rate-decay: found '-1', expected a finite number of at least 0; for example "
                + "--learning-rate-decay 0.6\n  --batches-per-iteration: found '0', expected a whole number from 1 to 2147483647; "
                + "for example --batches-per-iteration 100\nSee pipelines fit mixture --help." },
        { "option without a value", Start + " --distribution normal --components", 2,
            "pipelines: error: --components: found no value, expected a whole number of at least 1, or up to 1000 ascending ones to choose from (2..12 or "
                + "2,4,8); for example --components 3\nSee pipelines fit mixture --help." },
        { "option twice", Start + " --distribution normal --components 2 --components 3", 2,
            "pipelines: error: --components: found 2 values, expected one; for example --components 3\nSee pipelines fit mixture --help." },
        { "unknown distribution", Start + " --distribution normel --components 2", 2,
            "pipelines: error: --distribution: found 'normel', expected the name of a distribution for all features, or one for each feature; did you mean "
                + "'normal'?\nSee pipelines fit mixture --help." },
        { "distributions without features", Start + " --distribution normal,normal --components 2", 2,
            "pipelines: error: --distribution with 2 names: found no --features, expected the features they are for, in the same order; for example --features "
                + "delay,distance\nSee pipelines fit mixture --help." },
        { "too few distributions", Start + " --distribution normal,normal --features a,b,c --components 2", 2,
            "pipelines: error: --distribution: found 2 names for 3 features, expected one name for all features, or one for each; for example --distribution "
                + "normal\nSee pipelines fit mixture --help." },
        { "joint among several", Start + " --distribution normal,multivariate-gaussian --features a,b --components 2", 2,
            "pipelines: error: --distribution: found 'multivariate-gaussian' among several names, expected distributions of one feature, one for each feature, "
                + "or 'multivariate-gaussian' alone for all features together; for example --distribution multivariate-gaussian\nSee pipelines fit "
                + "mixture --help." },
        { "feature twice", Start + " --distribution normal --components 2 --features a,b,a", 2,
            "pipelines: error: --features: found 'a' more than once, expected column names separated by commas, each once; for example --features "
                + "delay,distance\nSee pipelines fit mixture --help." },
        { "empty feature", Start + " --distribution normal --components 2 --features a,,b", 2,
            "pipelines: error: --features: found 'a,,b': an empty name between commas, expected column names separated by commas, each once; for example "
                + "--features delay,distance\nSee pipelines fit mixture --help." },
        { "weights are a feature", Start + " --distribution normal --components 2 --features a,b --weights b", 2,
            "pipelines: error: --weights and --features: found 'b' in both, expected a weight column that is not a feature; for example --weights weight\nSee "
                + "pipelines fit mixture --help." },
        { "unknown start", Start + " --distribution normal --components 2 --init best", 2,
            "pipelines: error: --init: found 'best', expected first-k, kmeans++, kmeans-parallel or random; for example --init kmeans-parallel\nSee pipelines "
                + "fit mixture --help." },
        { "start and initial model", Start + " --initial m0.json --init random --components 3 --distribution normal", 2,
            "pipelines: error: 3 mistakes, nothing was read\n  --distribution and --initial: found both, expected one of them, as an initial model has its "
                + "own; for example --initial model.json\n  --components and --initial: found both, expected one of them, as an initial model has its own; "
                + "for example --initial model.json\n  --init and --initial: found both, expected one of them, as an initial model has its own; for "
                + "example --initial model.json\nSee pipelines fit mixture --help." },
        { "numbers out of range", Start + " --distribution normal --components 2 --iterations -1 --tolerance NaN --inertia 1.5 --pseudocount -1 --min-variance "
            + "inf --max-parallelism 0 --memory 1MB --batch-size 0 --seed one", 2,
            "pipelines: error: 9 mistakes, nothing was read\n  --iterations: found '-1', expected a whole number from 0 to 2147483647; for example "
                + "--iterations 100\n "
                + " --tolerance: found 'NaN', expected a number; for example --tolerance 0.1\n  --inertia: found '1.5', expected a number from 0 to 1; for "
                + "example --inertia 0.1\n  --pseudocount: found '-1', expected a finite number of at least 0; for example --pseudocount 1\n  --min-variance: "
                + "found 'inf', expected a finite number of at least 0; for example --min-variance 0.001\n  --max-parallelism: found '0', expected -1 (all "
                + "cores) or a whole number from 1 to 1024; for example --max-parallelism 4\n  --memory: found '1MB', expected a size from 16MiB to "
                + "1000TB, in bytes or with KB, MB, GB, TB, KiB, MiB, GiB or TiB; for example --memory 512MB\n  --batch-size: found '0', "
                + "expected a whole number from 1 to "
                + "16777216; for example --batch-size 16384\n  --seed: found 'one', expected a whole number from -9223372036854775808 to 9223372036854775807; "
                + "for example --seed 1\nSee pipelines fit mixture --help." },
        { "quiet and verbose", Start + " --distribution normal --components 2 --quiet --verbose", 2,
            "pipelines: error: --quiet and --verbose: found both, expected at most one of them; for example --verbose\nSee pipelines fit mixture --help." },
        { "k-means has no distribution", "fit kmeans data.parquet --output m.json --components 2 --distribution normal", 2,
            "pipelines: error: --distribution: found an option that 'kmeans' does not have, expected one of its options; correct its name (a file of that name "
                + "is given as ./NAME)\nSee pipelines fit kmeans --help." },
        { "another way with bad rows", Start + " --distribution normal --components 2 --on-bad-row ignore", 2,
            "pipelines: error: --on-bad-row: found 'ignore', expected fail, skip, or quarantine and a new or empty folder; for example --on-bad-row quarantine "
                + "bad-rows\nSee pipelines fit mixture --help." },
        { "quarantine nowhere", "score model.json data.parquet --output o --on-bad-row quarantine --max-bad-rows 3", 2,
            "pipelines: error: --on-bad-row: found 'quarantine', expected fail, skip, or quarantine and a new or empty folder; for example --on-bad-row "
                + "quarantine bad-rows\nSee pipelines score --help." },
        { "most bad rows where one fails", "score model.json data.parquet --output o --max-bad-rows 3", 2,
            "pipelines: error: --max-bad-rows: found no --on-bad-row skip or quarantine, expected one of them, as otherwise the first bad row ends the run; "
                + "for example --on-bad-row skip --max-bad-rows 1000\nSee pipelines score --help." },
        { "most bad rows no number", "score model.json data.parquet --output o --on-bad-row skip --max-bad-rows -1", 2,
            "pipelines: error: --max-bad-rows: found '-1', expected a whole number from 0 to 9223372036854775807; for example "
                + "--max-bad-rows 1000\nSee pipelines "
                + "score --help." },
        { "a kind that there is not", "fit neural-net data.parquet --output m.json", 2,
            "pipelines: error: fit KIND: found 'neural-net', expected a kind of model, such as mixture; for example pipelines fit mixture\nSee pipelines "
                + "fit --help." },
        { "key and feature", "fit hmm data.parquet --sequence x --features x --distribution normal --components 2 --output m.json", 2,
            "pipelines: error: --sequence and --features: found 'x' in both, expected a key that is not a feature; for example --sequence id\nSee pipelines "
                + "fit hmm --help." },
        { "no sequences", "fit markov-chain data.parquet --output m.json", 2,
            "pipelines: error: --sequence: found none, expected the column with the sequences' keys, or list columns (--lists); for example --sequence id\nSee "
                + "pipelines fit markov-chain --help." },
        { "key and order the same", "fit markov-chain data.parquet --output m.json --sequence k --order k", 2,
            "pipelines: error: --sequence and --order: found 'k' in both, expected two columns; for example --sequence id --order time\nSee pipelines fit "
                + "markov-chain --help." },
        { "order without sequences", "score model.json data.parquet --output o --order t", 2,
            "pipelines: error: --order: found no --sequence, expected the column with the sequences' keys as well; for example --sequence id --order time\nSee "
                + "pipelines score --help." },
        { "order of a chain", "fit markov-chain data.parquet --output m.json --sequence k --markov-order 17", 2,
            "pipelines: error: --markov-order: found '17', expected a whole number from 0 to 16; for example --markov-order 2\nSee pipelines fit "
                + "markov-chain --help." },
        { "columns twice", "score model.json data.parquet --output o --columns label,label", 2,
            "pipelines: error: --columns: found 'label' more than once, expected names of scores separated by commas, each once; for example --columns "
                + "label,probability\nSee pipelines score --help." },
        { "options behind two dashes", "score ok.json -- -dash.parquet --output o.parquet", 2,
            "pipelines: error: --output: found none, expected a file to write that ends with .parquet, or a new or empty folder; for example --output "
                + "scored.parquet\nSee pipelines score --help." },
        { "a command behind two dashes", "-- inspect f", 2,
            "pipelines: error: command: found none before '--', expected a command, such as fit, score or inspect; for example "
                + "pipelines fit\nSee pipelines --help." },
        { "a kind behind two dashes", "fit -- mixture f", 2, "pipelines: error: fit KIND: found none before '--', expected a kind of model, such as mixture; "
            + "for example pipelines fit mixture\nSee pipelines fit --help." },
        { "a mistyped option before two dashes and a file like it", "inspect --jsn -- --jsn", 2,
            "pipelines: error: --jsn: found an option that 'inspect' does not have, expected one of its options; did you mean --json?\nSee pipelines "
                + "inspect --help." },
        { "numbers too large", Start + " --distribution normal --components 2 --iterations 2147483648 --batches-per-iteration 2147483648 "
            + "--seed 9223372036854775808 --memory 1PB", 2,
            "pipelines: error: 4 mistakes, nothing was read\n  --iterations: found '2147483648', expected a whole number from 0 to 2147483647; for example "
                + "--iterations 100\n  --batches-per-iteration: found '2147483648', expected a whole number from 1 to 2147483647; for example "
                + "--batches-per-iteration 100\n  --memory: found '1PB', expected a size from 16MiB to 1000TB, in bytes or with KB, MB, GB, TB, KiB, MiB, GiB "
                + "or TiB; for example --memory 512MB\n  --seed: found '9223372036854775808', expected a whole number from -9223372036854775808 to "
                + "9223372036854775807; for example --seed 1\nSee pipelines fit mixture --help." },
        { "one argument too many", "inspect a b", 2,
            "pipelines: error: inspect: found the extra argument 'b', expected only FILE; leave it out\nSee pipelines inspect --help." },
        { "a value of a switch", "inspect a --json=maybe", 2,
            "pipelines: error: --json: found the value 'maybe', expected its name alone; leave the rest out\nSee pipelines inspect --help." },
        { "mistyped kind", "fit mixtur data.parquet", 2,
            "pipelines: error: fit KIND: found 'mixtur', expected a kind of model, such as mixture; did you mean 'mixture'?\nSee pipelines fit --help." },
        { "mistyped label", "fit hmm data.parquet --lable state", 2, "pipelines: error: --lable: found an option that 'hmm' does not have, expected one of its "
            + "options; did you mean --label?\nSee pipelines fit hmm --help." },
        { "no scaling", Start + " --distribution normal --components 2 --scale", 2,
            "pipelines: error: --scale: found no value, expected robust, standard or none; for example --scale standard\nSee pipelines fit mixture --help." },
        { "no filter", Start + " --distribution normal --components 2 --where x", 2,
            "pipelines: error: --where: found an option that 'mixture' does not have, expected one of its options; correct its name (a file of that name is "
                + "given as ./NAME)\nSee pipelines fit mixture --help." },
        { "capitals", Start + " --distribution Normal --components 2", 2,
            "pipelines: error: --distribution: found 'Normal', expected the name of a distribution for all features, or one for each feature; did you mean "
                + "'normal'?\nSee pipelines fit mixture --help." },
        { "another name of a distribution", Start + " --distribution gaussian --components 2", 2,
            "pipelines: error: --distribution: found 'gaussian', expected the name of a distribution for all features, or one for each feature; did you mean "
                + "'multivariate-gaussian'?\nSee pipelines fit mixture --help." },
        { "a distribution that is near none", Start + " --distribution cauchy --components 2", 2,
            "pipelines: error: --distribution: found 'cauchy', expected the name of a distribution for all features, or one for each feature; for example "
                + "--distribution multivariate-gaussian\nSee pipelines fit mixture --help." },
        { "an argument out of range", Start + " --distribution student-t(0) --components 2", 2,
            "pipelines: error: --distribution: found 'student-t(0)' with the argument '0', expected student-t(degrees of freedom, above 0, default 4); correct "
                + "the argument\nSee pipelines fit mixture --help." },
        { "an open bracket", Start + " --distribution student-t(3 --components 2", 2,
            "pipelines: error: --distribution: found 'student-t(3' without its closing bracket, expected student-t(degrees of freedom, above 0, default 4); "
                + "for example --distribution 'student-t(3)'\nSee pipelines fit mixture --help." },
        { "an argument of none", Start + " --distribution normal(3) --components 2", 2,
            "pipelines: error: --distribution: found 'normal(3)' with an argument, expected 'normal', which takes none; leave the brackets out\nSee pipelines "
                + "fit mixture --help." },
        { "a mistyped argument", Start + " --distribution zero-inflated(log-normel) --components 2", 2,
            "pipelines: error: --distribution: found 'zero-inflated(log-normel)' with the argument 'log-normel', expected zero-inflated(family of the "
                + "values other than 0, default poisson); did you mean 'zero-inflated(log-normal)'?\nSee pipelines fit mixture --help." },
        { "a quote without its end", Start + " --distribution normal --components 2 --features \"a,b", 2,
            "pipelines: error: --features: found '\"a,b': a name without its closing quotation mark, expected column names separated by commas, each once; for "
                + "example --features '\"a,b\",c'\nSee pipelines fit mixture --help." },
        { "two names where one is meant", Start + " --distribution normal --components 2 --weights \"a\",\"b\"", 2,
            "pipelines: error: --weights: found '\"a\",\"b\"': text after the closing quotation mark of a name, expected the name of a numeric column; for "
                + "example --weights '\"a, b\"'\nSee pipelines fit mixture --help." },
        { "the same name in two options", Start + " --distribution normal --components 2 --features a,b --features a", 2,
            "pipelines: error: --features: found 'a' more than once, expected column names separated by commas, each once; for example --features "
                + "delay,distance\nSee pipelines fit mixture --help." },
        { "mistyped format", "convert a b --to pomegranat", 2,
            "pipelines: error: --to: found 'pomegranat', expected pipelines, bif or pomegranate; did you mean 'pomegranate'?\nSee pipelines convert --help." },
    };

    [Theory]
    [InlineData("completion", "completion: found none, expected bash, zsh or pwsh; for example pipelines completion bash")]
    [InlineData("completion fish", "completion: found 'fish', expected bash, zsh or pwsh; for example pipelines completion bash")]
    public async Task A_shell_is_named_where_it_is_missing_or_unknown(string command, string message)
    {
        var result = await Tool.RunAsync(command.Split(' '));
        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Is_refused_with_every_mistake(string what, string arguments, int code, string message)
    {
        var result = await Tool.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.True(message == result.ErrorText && code == result.Code,
            $"{what}: [{result.Code}]\n@@{arguments}|{result.ErrorText}\nexpected [{code}]\n{message}");
        Assert.Equal("", result.Out);
        Assert.All(message.Split('\n'), line => Assert.InRange(line.Length, 1, 300));
    }
}
