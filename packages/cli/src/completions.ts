/** Completion scripts, one for each shell, made from the table of commands. */
import { type Command, type CommandOption, groupSummaries } from './command.ts';
import { commonOptions } from './options.ts';

/** Shells for which there is a script. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** Gives the script of a shell. */
export const completionScripts: Readonly<
  Record<(typeof shells)[number], (commands: readonly Command[]) => string>
> = { bash, zsh, fish };

/** The names of an option: `-c, --config <file>` in its parts. */
export interface Flags {
  readonly short: string | undefined;
  readonly long: string;
  /** What stands for its value; absent: it has none. */
  readonly value: string | undefined;
}

/** Takes flags apart. */
export function flagsOf({ flags }: Pick<CommandOption, 'flags'>): Flags {
  const [, short, long = '', value] = /^(?:(-\w), )?(--[\w-]+)(?: <(.*)>)?$/.exec(flags) ?? [];
  return { short, long, value };
}

function optionsOf({ options }: Command): readonly (CommandOption & Flags)[] {
  const help: CommandOption = { flags: '-h, --help', says: 'help for it', read: () => undefined };
  return [...Object.values({ ...options, ...commonOptions }), help].map((one) => ({
    ...one,
    ...flagsOf(one),
  }));
}

/** Words that may stand for the first argument. */
function choicesOf({ arguments: [first] = [] }: Command): readonly string[] {
  return first?.choices ?? [];
}

/** Names in front of the blank of `config explain`, each with the rest of what begins with it. */
function groupsOf(commands: readonly Command[]): ReadonlyMap<string, readonly Command[]> {
  return Map.groupBy(
    commands.filter(({ name }) => name.includes(' ')),
    ({ name }) => name.split(' ')[0] ?? '',
  );
}

function firstWords(commands: readonly Command[]): readonly string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
}

function summaryOf(name: string, commands: readonly Command[]): string {
  return commands.find((one) => one.name === name)?.summary ?? groupSummaries[name] ?? name;
}

function lastWord({ name }: Command): string {
  return name.split(' ').at(-1) ?? '';
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function bash(commands: readonly Command[]): string {
  const groups = [...groupsOf(commands)];
  const values = commands.flatMap((command) =>
    optionsOf(command).flatMap(({ short, long, value, choices, path }) => {
      if (value === undefined) return [];
      const names = [short, long].flatMap((name) =>
        name === undefined ? [] : quoted(`${command.name}:${name}`),
      );
      const words = choices === undefined ? (path ? '-f' : '-W ""') : `-W ${quoted(choices.join(' '))}`;
      return [`    ${names.join('|')}) COMPREPLY=($(compgen ${words} -- "$current")); return ;;`];
    }),
  );
  const words = commands.map((command) => {
    const all = [...choicesOf(command), ...optionsOf(command).map(({ long }) => long)];
    return `    ${quoted(command.name)}) words=${quoted(all.join(' '))} ;;`;
  });
  const inGroups = groups.map(
    ([name, members]) => `    ${name}) words=${quoted(members.map(lastWord).join(' '))}; depth=2 ;;`,
  );
  return `# Completion of im for bash: im completion bash > ~/.local/share/bash-completion/completions/im
_im_completion() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" words='' depth=1
  case "$command" in
${inGroups.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(firstWords(commands).join(' '))} -- "$current")); return
  fi
  if [ "$COMP_CWORD" -eq "$depth" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current")); return
  fi
  if [ "$depth" -eq 2 ]; then command="$command \${COMP_WORDS[2]}"; fi
  case "$command:$previous" in
${values.join('\n')}
  esac
  case "$command" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _im_completion im
`;
}

function zsh(commands: readonly Command[]): string {
  const described = (list: readonly (readonly [string, string])[]) =>
    list.map(([name, says]) => quoted(`${name}:${says}`)).join(' ');
  const argumentsOf = (command: Command) => {
    const options = optionsOf(command).map(({ short, long, value, says, choices, path, repeats }) => {
      const about = `[${says.replaceAll(/[[\]\\:]/g, '\\$&')}]`;
      const action = choices === undefined ? (path ? '_files' : ' ') : `(${choices.join(' ')})`;
      const takes = value === undefined ? '' : `:${value}:${action}`;
      const star = repeats ? '*' : '';
      if (short === undefined) return quoted(`${star}${long}${about}${takes}`);
      return `${quoted(`(${short} ${long})`)}{${short},${long}}${quoted(`${about}${takes}`)}`;
    });
    const choices = choicesOf(command);
    const rest = quoted(choices.length === 0 ? '*:file:_files' : `1:word:(${choices.join(' ')})`);
    return `_arguments ${[...options, rest].join(' \\\n        ')}`;
  };
  const plain = commands.filter(({ name }) => !name.includes(' '));
  const groups = [...groupsOf(commands)].map(
    ([name, members]) => `    ${name})
      if (( CURRENT == 2 )); then
        names=(${described(members.map((one) => [lastWord(one), one.summary]))})
        _describe command names; return
      fi
      shift words; (( CURRENT-- ))
      case "$words[1]" in
${members.map((one) => `      ${lastWord(one)}) ${argumentsOf(one)} ;;`).join('\n')}
      esac ;;`,
  );
  const tops = firstWords(commands).map((name) => [name, summaryOf(name, commands)] as const);
  return `#compdef im
# Completion of im for zsh: im completion zsh > "\${fpath[1]}/_im"
_im() {
  local -a names
  if (( CURRENT == 2 )); then
    names=(${described(tops)})
    _describe command names; return
  fi
  shift words; (( CURRENT-- ))
  case "$words[1]" in
${plain.map((one) => `    ${one.name}) ${argumentsOf(one)} ;;`).join('\n')}
${groups.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_im" ]; then _im "$@"; else compdef _im im; fi
`;
}

function fish(commands: readonly Command[]): string {
  const line = (when: string, rest: string) => `complete -c im -n ${quoted(when)} ${rest}`;
  const first = firstWords(commands).map((name) =>
    line('__im_at', `-f -a ${name} -d ${quoted(summaryOf(name, commands))}`),
  );
  const second = [...groupsOf(commands)].flatMap(([name, members]) =>
    members.map((one) => line(`__im_at ${name}`, `-f -a ${lastWord(one)} -d ${quoted(one.summary)}`)),
  );
  const options = commands.flatMap((command) => {
    const words = choicesOf(command);
    const own = optionsOf(command).map(({ short, long, value, says, choices, path }) => {
      const names = `${short === undefined ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
      const action = choices === undefined ? '' : ` -a ${quoted(choices.join(' '))}`;
      const takes = value === undefined ? '' : path ? ' -r -F' : ` -x${action}`;
      return line(`__im_in ${command.name}`, `${names}${takes} -d ${quoted(says)}`);
    });
    return words.length === 0
      ? own
      : [line(`__im_at ${command.name}`, `-f -a ${quoted(words.join(' '))}`), ...own];
  });
  return `# Completion of im for fish: im completion fish > ~/.config/fish/completions/im.fish
function __im_in # whether the line begins with these words
  set -l words (commandline -opc)
  set -l last (math (count $argv) + 1)
  test (count $words) -ge $last; and test "$words[2..$last]" = "$argv"
end
function __im_at # whether it is these words, and another one begins
  set -l words (commandline -opc)
  test (count $words) -eq (math (count $argv) + 1); and test "$words[2..]" = "$argv"
end
${[...first, ...second, ...options].join('\n')}
`;
}
