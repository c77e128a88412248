/** The generated parts of `docs/cli.md`, from the table of commands. */
import type { Command, CommandOption } from '../command.ts';
import { exitMeanings } from '../exit-codes.ts';
import { commonOptions } from '../options.ts';

/** What commander adds by itself. */
const own: readonly Pick<CommandOption, 'flags' | 'says'>[] = [
  { flags: '-h, --help', says: 'help, with examples; of `im` alone: the list of commands' },
  { flags: '-V, --version', says: 'the version of im' },
];

/** Text by the name of the part, which stands between `<!-- name -->` and `<!-- /name -->`. */
export function referenceParts(commands: readonly Command[]): Readonly<Record<string, string>> {
  return {
    exitcodes: [
      '| code | meaning |',
      '|---|---|',
      ...exitMeanings.map(([code, says]) => `| ${code} | ${says} |`),
    ].join('\n'),
    common: optionTable([...Object.values(commonOptions), ...own]),
    commands: commands.map(sectionOf).join('\n\n'),
  };
}

/** `text` with every part as it should be. */
export function withParts(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce(
    (left, [name, part]) =>
      left.replace(
        new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- /${name} -->)`),
        (_, open: string, close: string) => `${open}\n\n${part}\n\n${close}`,
      ),
    text,
  );
}

function sectionOf(command: Command): string {
  const { name, summary, about, arguments: args = [], options, examples, json } = command;
  const usage = [
    'im',
    name,
    ...args.map((one) => one.name),
    ...(Object.keys(options).length > 0 ? ['[options]'] : []),
  ];
  const longest = Math.max(...examples.map(([line]) => line.length));
  const own = Object.values(options);
  return [
    `### ${name}`,
    `\`${usage.join(' ')}\``,
    `${summary}.${about === undefined ? '' : ` ${about}`}`,
    ...(args.length === 0 ? [] : [args.map((one) => `- \`${one.name}\`: ${one.says}`).join('\n')]),
    ...(own.length === 0 ? [] : [optionTable(own)]),
    `\`\`\`sh\n${examples.map(([line, does]) => `${line.padEnd(longest)}  # ${does}`).join('\n')}\n\`\`\``,
    `With \`--json\`: \`${json}\``,
  ].join('\n\n');
}

type Row = Pick<CommandOption, 'flags' | 'says' | 'choices'>;

function optionTable(options: readonly Row[]): string {
  const rows = options.map(({ flags, says, choices }) => {
    const words = choices === undefined ? '' : `: ${choices.map((one) => `\`${one}\``).join(', ')}`;
    return `| \`${flags}\` | ${says.replaceAll('|', '\\|')}${words} |`;
  });
  return ['| option | meaning |', '|---|---|', ...rows].join('\n');
}
