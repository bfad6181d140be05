using System.Text;

namespace Pipelines.Models.Tests.Networks;

/// <summary>Every error says line and column, what was found, what was expected and what to try, in at most 300 characters.</summary>
public sealed class BifErrorTests
{
    private const string Two = "network n { }\nvariable a { type discrete [ 2 ] { x, y }; }\nvariable b { type discrete [ 2 ] { u, v }; }\n";

    private const string A = "probability ( a ) { table 0.25, 0.75; }\n";

    private const string B = "probability ( b | a ) { (x) 0.5, 0.5; (y) 0.25, 0.75; }\n";

    public static TheoryData<string, string> Damaged => new()
    {
        { "", "line 1, column 1: found the end of the file, expected a variable block; describe the variables" },
        { "network n { }", "line 1, column 14: found the end of the file, expected a variable block; describe the variables" },
        { "{ }", "line 1, column 1: found '{', expected 'network', 'variable' or 'probability'; check that the file is BIF and that no '}' is missing or too "
            + "many" },
        { Two + Two, "line 4, column 1: found a second network block, expected one; leave one out: a file holds one network" },
        { "network n", "line 1, column 10: found the end of the file, expected '{'; correct the file" },
        { "network n { author x; }", "line 1, column 13: found 'author', expected 'property' or '}'; correct the file" },
        { "network n { property x }", "line 1, column 24: found '}', expected ';' at the end of the property; correct the file" },
        { "network \"n { }", "line 1, column 9: found a quote without an end, expected a second quote that ends the text; close the quote" },
        { Two + " /* " + A + B, "line 4, column 2: found a comment without an end, expected */ at its end; close the comment" },
        { "variable a\0b { }",
            "line 1, column 11: found the control character U+0000, expected text; check that the file is BIF, or put the name in quotes" },
        { "variable { }", "line 1, column 10: found '{', expected the name of the variable; correct the file" },
        { "variable a { }", "line 1, column 14: found '}', expected the type of variable 'a'; add: type discrete [ 2 ] { a, b };" },
        { "variable a { type real; }", "line 1, column 19: found 'real', expected 'discrete'; only variables with a list of values can be read" },
        { "variable a { type discrete { x }; }", "line 1, column 28: found '{', expected '['; correct the file" },
        { "variable a { type discrete [ -1 ] { x }; }", "line 1, column 30: found '-1', expected the number of values; correct the file" },
        { "variable a { type discrete [ 3 ] { x, y }; }",
            "line 1, column 30, variable 'a': found the number '3' of values, expected 2, as many as are listed; correct the number or the list" },
        { "variable a { type discrete [ 99999999999999999999 ] { x }; }", "line 1, column 30, variable 'a': found the number '99999999999999999999' of values, "
            + "expected 1, as many as are listed; correct the number or the list" },
        { "variable a { type discrete [ 0 ] { }; }", "line 1, column 36: found '}', expected a value; correct the file" },
        { "variable a { type discrete [ 2 ] { x, }; }", "line 1, column 39: found '}', expected a value; correct the file" },
        { "variable a { type discrete [ 2 ] { x, { y } }; }", "line 1, column 39: found '{', expected a value; correct the file" },
        { "variable a { type discrete [ 2 ] { x, y, x }; }",
            "line 1, column 30, variable 'a': found the number '2' of values, expected 3, as many as are listed; correct the number or the list" },
        { "variable a { type discrete [ 2 ] { x, x }; }",
            "line 1, column 39, variable 'a': found the value 'x' twice, expected each value once; rename one" },
        { "variable a { type discrete [ 2 ] { x, y } }", "line 1, column 43: found '}', expected ';'; correct the file" },
        { "variable a { type discrete [ 1 ] { x }; type discrete [ 1 ] { x }; }",
            "line 1, column 41: found 'type', expected one type; leave one type of variable 'a' out" },
        { Two + "variable a { type discrete [ 1 ] { x }; }", "line 4, column 10: found the variable 'a' twice, expected each variable once; rename one" },
        { Two + A, "line 3, column 10: found no probabilities of variable 'b', expected a probability block for each variable; add the block, or remove the "
            + "variable" },
        { Two + A + B + A, "line 6, column 1: found the probabilities of 'a' twice, expected one block for each variable; leave one out" },
        { "variable smoker { type discrete [ 1 ] { x }; } probability ( smokr ) { }",
            "line 1, column 62: found the variable 'smokr', which has no block, expected a variable of the file; did you mean 'smoker'?" },
        { Two + "probability ( c ) { }", "line 4, column 15: found the variable 'c', which has no block, expected a variable of the file; correct the name, or "
            + "add a variable block" },
        { Two + A + "probability ( b | a, a ) { }", "line 5, column 22: found the parent 'a' twice, expected each variable once; leave one out" },
        { Two + A + "probability ( b | b ) { }", "line 5, column 19: found 'b' among its own parents, expected each variable once; leave one out" },
        { Two + "probability ( a | b ) { default 0.5, 0.5; } " + B, "line 4, column 1: found the cycle a -> b -> a, expected arcs without a cycle; remove or "
            + "reverse one of them" },
        { Two + "probability ( a | ) { }", "line 4, column 19: found ')', expected the name of a variable; correct the file" },
        { Two + "probability ( b | a | a ) { }", "line 4, column 21: found '|', expected ',' or ')'; correct the file" },
        { Two + "probability ( a { }", "line 4, column 17: found '{', expected ',' or ')'; correct the file" },
        { Two + "probability ( a ) { table 0.5, 0.5;",
            "line 4, column 36: found the end of the file, expected a row of probabilities, or '}'; correct the file" },
        { Two + "probability ( a ) { { table 0.5, 0.5; } }", "line 4, column 21: found '{', expected a row of probabilities, or '}'; correct the file" },
        { Two + A + "}", "line 5, column 1: found '}', expected 'network', 'variable' or 'probability'; check that the file is BIF and that no '}' is missing "
            + "or too many" },
        { Two + "probability ( a ) { } " + B, "line 4, column 21, variable 'a': found no table, expected the probabilities of the values; add it" },
        { Two + "probability ( a ) { (x) 0.5, 0.5; } " + B, "line 4, column 21: found '(', expected 'table', 'property' or '}'; correct the file" },
        { Two + "probability ( a ) { table 1; } " + B,
            "line 4, column 28, variable 'a': found 1 probability, expected 2, one for each value; correct the row" },
        { Two + "probability ( a ) { table 0.5, 0.25, 0.25; } " + B,
            "line 4, column 36: found ',', expected ';' after 2 probabilities, one for each value; correct the file" },
        { Two + "probability ( a ) { table 0.5, 0.5 } " + B,
            "line 4, column 36: found '}', expected ';' after 2 probabilities, one for each value; correct the file" },
        { Two + "probability ( a ) { table 0.5,, 0.5; } " + B,
            "line 4, column 31: found ',', expected a probability, a number from 0 to 1; correct the file" },
        { Two + "probability ( a ) { table NaN, 0.5; } " + B,
            "line 4, column 27: found 'NaN', expected a probability, a number from 0 to 1; correct the file" },
        { Two + "probability ( a ) { table 1e999, 0.5; } " + B,
            "line 4, column 27: found '1e999', expected a probability, a number from 0 to 1; correct the file" },
        { Two + "probability ( a ) { table -0.5, 1.5; } " + B,
            "line 4, column 27: found '-0.5', expected a probability, a number from 0 to 1; correct the file" },
        { Two + "probability ( a ) { table 0.5, 0.51; } " + B,
            "line 4, column 21, variable 'a', table: found probabilities that sum to 1.01, expected 1 (to 1e-6, for rounded numbers); correct the row" },
        { Two + "probability ( a ) { table 0.5, 0.499998; } " + B,
            "line 4, column 21, variable 'a', table: found probabilities that sum to 0.999998, expected 1 (to 1e-6, for rounded numbers); correct the row" },
        { Two + "probability ( a ) { table 0.5, 0.5; table 0.5, 0.5; } " + B,
            "line 4, column 37: found 'table', expected one table, or rows; leave one of them out" },
        { Two + A + "probability ( b | a ) { (x) 0.5, 0.5; (y) 0.4, 0.5; }",
            "line 5, column 39, variable 'b', row (y): found probabilities that sum to 0.9, expected 1 (to 1e-6, for rounded numbers); correct the row" },
        { Two + A + "probability ( b | a ) { table 0.5, 0.5, 0.25, 0.75; }", "line 5, column 25, variable 'b', row (x): found probabilities that sum to 0.75, "
            + "expected 1 (to 1e-6, for rounded numbers); correct the table: the variable's own values change slowest" },
        { Two + A + "probability ( b | a ) { (x) 0.5, 0.5; default 0, 0; }",
            "line 5, column 39, variable 'b', default row: found probabilities that sum to 0, expected 1 (to 1e-6, for rounded numbers); correct the row" },
        { Two + A + "probability ( b | a ) { (x) 0.5, 0.5; }",
            "line 5, column 39, variable 'b': found no row (y), expected a row for each combination of the parents' values, or a default; add it" },
        { Two + A + "probability ( b | a ) { (x) 0.5, 0.5; (x) 0.5, 0.5; }",
            "line 5, column 39, variable 'b': found the row (x) twice, expected each row once; leave one out" },
        { Two + A + "probability ( b | a ) { (z) 0.5, 0.5; }",
            "line 5, column 26, variable 'b': found the value 'z', expected a value of 'a'; correct the value" },
        { Two + A + "probability ( b | a ) { (x, y) 0.5, 0.5; }",
            "line 5, column 25, variable 'b': found 2 values, expected 1, one of each parent; correct the row" },
        { Two + A + "probability ( b | a ) { (x 0.5, 0.5; }", "line 5, column 36: found ';', expected ',' or ')'; correct the file" },
        { Two + A + "probability ( b | a ) { rows; }",
            "line 5, column 25: found 'rows', expected a row such as (a, b) 0.2, 0.8; or 'table', 'default', 'property' or '}'; correct the file" },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_damaged_file_is_refused_with_line_and_column(string text, string message)
    {
        var error = Assert.Throws<ModelException>(() => BifFile.Parse(text, "n.bif"));
        Assert.Equal((ErrorKind.ModelFile, $"n.bif, {message}"), (error.Kind, error.Message));
    }

    [Fact]
    public void Bytes_that_are_not_text_are_refused()
    {
        var error = Assert.Throws<ModelException>(() => BifFile.Read(new MemoryStream([.. "network é {\n  \""u8, 0xE9, (byte)'"']), "n.bif"));
        Assert.Equal("n.bif, line 2, column 4: found the byte 0xE9, which is not UTF-8, expected text in UTF-8; save the file as UTF-8", error.Message);
    }

    [Fact]
    public void Small_files_cannot_claim_large_tables()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 40; i++) text.Append($"variable v{i} {{ type discrete [ 2 ] {{ x, y }}; }}\nprobability ( v{i} ) {{ table 0.5, 0.5; }}\n");
        var wide = $"variable a {{ type discrete [ 2 ] {{ x, y }}; }} probability ( a | {string.Join(", ", Enumerable.Range(0, 40).Select(i => $"v{i}"))} ) {{ "
            + "default 0.5, 0.5; }";
        Assert.Equal("BIF, line 81, column 46, variable 'a': found a table of 2.19902E+12 probabilities, expected at most 4194304; use fewer parents, or fewer "
            + "values", Assert.Throws<ModelException>(() => BifFile.Parse(text + wide)).Message);
        var parents = string.Join(", ", Enumerable.Range(0, 19).Select(i => $"v{i}"));
        for (var i = 0; i < 5; i++)
            text.Append($"variable w{i} {{ type discrete [ 2 ] {{ x, y }}; }} probability ( w{i} | {parents} ) {{ default 0.5, 0.5; }}\n");
        Assert.Contains("variable 'w4': found default rows that make tables of 5242880 probabilities, expected at most 4194304; use fewer parents, or list the "
            + "rows", Assert.Throws<ModelException>(() => BifFile.Parse(text.ToString())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_names_leave_room_for_line_and_column()
    {
        var (name, values) = (new string('n', 5000), Enumerable.Range(0, 3).Select(i => new string("abc"[i], 5000)).ToArray());
        var text = $"variable {name} {{ type discrete [ 3 ] {{ {string.Join(", ", values)} }}; }} probability ( {name} ) {{ table 1, 0, 0; }}\n"
            + $"variable b {{ type discrete [ 1 ] {{ x }}; }} probability ( b | {name} ) {{\n({values[0]}) 1;\n({values[1]}) 0.5;\ndefault 1; }}";
        var error = Assert.Throws<ModelException>(() => BifFile.Parse(text, "/" + new string('p', 60) + ".bif"));
        Assert.Contains("line 4, column 1, variable 'b', row (bbb", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 300);
        error = Assert.Throws<ModelException>(() => BifFile.Parse(text.Replace("[ 3 ]", "[ 4 ]", StringComparison.Ordinal), new string('p', 60) + ".bif"));
        Assert.Contains("line 1, column 5029, variable 'nnn", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 300);
    }

    [Fact]
    public void Every_truncation_is_refused_or_read()
    {
        var whole = Two + A + B;
        for (var length = 0; length < whole.Length - 1; length++)
        {
            // Nothing but the last line break may be left out.
            if (whole[length..].Trim().Length == 0) continue;
            var error = Assert.Throws<ModelException>(() => BifFile.Parse(whole[..length]));
            Assert.Contains("line ", error.Place, StringComparison.Ordinal);
        }
    }
}
