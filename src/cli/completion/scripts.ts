import type { CommandWords } from './words.ts';

/** Each path of commands with the words that can follow it, as cases of a shell. */
function cases(words: readonly CommandWords[], line: (one: CommandWords) => string): string {
  return words.map(line).join('\n');
}

function following({ subcommands, options, argument }: CommandWords): string {
  const own = [...subcommands.map(({ name }) => name), ...(Array.isArray(argument) ? argument : [])];
  return [...own, ...options.map(({ name }) => name)].join(' ');
}

function valueCases(words: readonly CommandWords[]): string {
  return words
    .flatMap(({ path, options }) =>
      options
        .filter(({ choices }) => choices.length > 0)
        .map(({ name, choices }) => `    '${path} ${name}') choices='${choices.join(' ')}' ;;`),
    )
    .join('\n');
}

function keyCases(words: readonly CommandWords[]): string {
  return words
    .filter(({ argument }) => argument === 'key')
    .map(({ path }) => `'${path}'`)
    .join('|');
}

/** bash and zsh work out in the same way where the cursor stands: the words before it that are commands. */
function whereAmI(words: readonly CommandWords[]): string {
  const paths = words.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`])).join('|');
  return `  local path='' word choices='' before="$1"; shift
  for word in "$@"; do
    case "\${path:+$path }$word" in ${paths}) path="\${path:+$path }$word" ;; esac
  done
  case "$path $before" in
${valueCases(words)}
  esac
  if [ -n "$choices" ]; then printf '%s\\n' "$choices"; return; fi
  case "$path" in
${cases(words, (one) => `    '${one.path}') choices='${following(one)}' ;;`)}
  esac
  case "$path" in ${keyCases(words)}) choices="$choices $(rekey __keys 2>/dev/null | tr '\\n' ' ')" ;; esac
  printf '%s\\n' "$choices"`;
}

export function bashCompletion(words: readonly CommandWords[]): string {
  return `# bash completion of rekey
_rekey_words() {
${whereAmI(words)}
}
_rekey() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=($(compgen -W "$(_rekey_words "$before" "\${COMP_WORDS[@]:1:COMP_CWORD-1}")" -- "$current"))
}
complete -o default -F _rekey rekey
`;
}

export function zshCompletion(words: readonly CommandWords[]): string {
  return `#compdef rekey
_rekey_words() {
${whereAmI(words)}
}
_rekey() {
  local -a found
  found=(\${(s: :)"$(_rekey_words "\${words[CURRENT-1]}" "\${(@)words[2,CURRENT-1]}")"})
  compadd -- $found
}
if [ "$funcstack[1]" = "_rekey" ]; then _rekey "$@"; else compdef _rekey rekey; fi
`;
}

export function fishCompletion(words: readonly CommandWords[]): string {
  const lines = words.flatMap((one) => {
    const at = `-n '__rekey_at "${one.path}"'`;
    const subcommands = one.subcommands.map(
      ({ name, description }) => `complete -c rekey ${at} -f -a ${name} -d ${quoted(description)}`,
    );
    const options = one.options.map(({ name, description, choices, takesValue }) => {
      const values = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r' : '';
      return `complete -c rekey ${at} -l ${name.slice(2)}${values} -d ${quoted(description)}`;
    });
    const names = one.argument === 'key' ? [`complete -c rekey ${at} -f -a '(rekey __keys 2>/dev/null)'`] : [];
    const choices = Array.isArray(one.argument) ? [`complete -c rekey ${at} -f -a '${one.argument.join(' ')}'`] : [];
    return [...subcommands, ...options, ...names, ...choices];
  });
  const paths = words.flatMap(({ path }) => (path === '' ? [] : [`"${path}"`])).join(' ');
  return `# fish completion of rekey
function __rekey_at
    set -l path
    for word in (commandline -opc)[2..]
        if contains -- (string trim "$path $word") ${paths}
            set path (string trim "$path $word")
        end
    end
    test "$path" = "$argv[1]"
end
${lines.join('\n')}
`;
}

// What a description says is text to fish, whatever is in it.
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
