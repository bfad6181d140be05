namespace Pipelines.Cli.Settings;

/// <summary>Scripts that let a shell complete the tool's command lines. Each asks the tool: <c>pipelines complete -- WORD…</c>.</summary>
internal static class CompletionScripts
{
    /// <summary>The word after the tool's name that scripts ask with.</summary>
    public const string Ask = "complete";

    /// <summary>Shells, how each script is installed, and the scripts.</summary>
    public static IReadOnlyList<(string Shell, string Install, string Script)> All { get; } =
    [
        ("bash", "echo 'eval \"$(pipelines completion bash)\"' >> ~/.bashrc", Bash),
        ("zsh", "echo 'eval \"$(pipelines completion zsh)\"' >> ~/.zshrc", Zsh),
        ("pwsh", "Add-Content $PROFILE 'pipelines completion pwsh | Out-String | Invoke-Expression'", PowerShell),
    ];

    // Bash gives the words as they are typed: with backslashes, and with an opening quotation mark, after which candidates need no escaping.
    private const string Bash = """
        _pipelines() {
            local current="${COMP_WORDS[COMP_CWORD]}" word line words=()
            for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
                case $word in
                    \"*|\'*) word="${word:1}"; word="${word%[\"\']}" ;;
                    *) word="${word//\\/}" ;;
                esac
                words+=("$word")
            done
            COMPREPLY=()
            while IFS= read -r line; do
                case $current in
                    \"*|\'*) COMPREPLY+=("$line") ;;
                    *) line="$(printf %q "$line")"; COMPREPLY+=("${line//\\,/,}") ;;
                esac
            done < <("${COMP_WORDS[0]/#\~/$HOME}" complete -- "${words[@]}" 2>/dev/null)
            if [ ${#COMPREPLY[@]} -eq 0 ]; then
                compopt -o filenames 2>/dev/null
                while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "${words[COMP_CWORD-1]}")
            fi
        }
        complete -F _pipelines pipelines
        """;

    private const string Zsh = """
        _pipelines() {
            local -a found
            found=("${(@f)$(pipelines complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
            if [[ -n "${found[1]}" ]]; then compadd -a found; else _files; fi
        }
        (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
        compdef _pipelines pipelines
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName pipelines -ScriptBlock {
            param($word, $line, $position)
            $words = @($line.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $position } | ForEach-Object {
                if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
            if ($word -eq '') { $words += '' }
            pipelines complete '--' @words 2>$null | ForEach-Object {
                $text = if ($_ -match '[^\w./\\-]') { "'" + $_.Replace("'", "''") + "'" } else { $_ }
                [System.Management.Automation.CompletionResult]::new($text, $_, 'ParameterValue', $_)
            }
        }
        """;
}
