/** The command line, made from the table of commands by commander. */
import { Argument, Command as Commander, Option } from 'commander';
import {
  type Command,
  type CommandArgument,
  type CommandOption,
  type Given,
  groupSummaries,
} from './command.ts';
import { commands } from './commands.ts';
import type { Io } from './io.ts';
import { commonOptions } from './options.ts';
import type { Screen } from './output/screen.ts';
import { version } from './version.ts';

/** What was asked for, once the command line is understood. */
export interface Asked {
  readonly command: Command;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Makes the program. Parsing it calls `ask` with what was asked for, or throws commander's own error, also for `--help` and
 * `--version`, whose text it has written by then.
 */
export function createProgram(io: Io, screen: Screen, ask: (asked: Asked) => void): Commander {
  const program = dressed(new Commander('im'), io, screen)
    .description('Looks at, tries and runs integrations.')
    .version(version, '-V, --version', 'the version of im')
    .helpCommand('help [command]', 'help for a command')
    .addOption(toOption(commonOptions.json))
    .addOption(toOption(commonOptions.noColor))
    .addHelpText(
      'after',
      '\nExit codes and what --json writes: docs/cli.md. `im doctor` is a good beginning.',
    );
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    if (second === undefined) add(program, first, command, ask);
    else add(groupOf(program, first), second, command, ask);
  }
  return program;
}

function groupOf(program: Commander, name: string): Commander {
  const known = program.commands.find((one) => one.name() === name);
  if (known !== undefined) return known;
  return program.command(name).description(groupSummaries[name] ?? name);
}

function add(parent: Commander, name: string, command: Command, ask: (asked: Asked) => void): void {
  const made = parent.command(name).summary(command.summary).description(aboutOf(command));
  for (const argument of command.arguments ?? []) made.addArgument(toArgument(argument));
  const options = Object.entries(command.options).map(
    ([key, option]) => [key, option, toOption(option)] as const,
  );
  for (const [, , option] of options) made.addOption(option);
  if (command.examples.length > 0) made.addHelpText('after', examplesOf(command));
  made.action(() => {
    const given = made.opts<Record<string, Given>>();
    const values = options.map(([key, { read }, option]) => [key, read(given[option.attributeName()])]);
    ask({ command, args: made.args, options: Object.fromEntries(values) });
  });
}

function dressed(program: Commander, { stdout, stderr }: Io, { colours, columns }: Screen): Commander {
  return program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      // Told by `run`, in one form with all other errors.
      writeErr: () => undefined,
      getOutHelpWidth: () => columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => colours.isColorSupported,
    })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: colours.bold,
      styleCommandText: colours.cyan,
      styleOptionText: colours.cyan,
      styleArgumentText: colours.cyan,
    });
}

function toArgument({ name, says, choices }: CommandArgument): Argument {
  const argument = new Argument(name, says);
  return choices === undefined ? argument : argument.choices(choices);
}

function toOption({ flags, says, choices, repeats }: CommandOption): Option {
  const option = new Option(flags, says);
  if (choices !== undefined) return option.choices([...choices]);
  if (repeats !== true) return option;
  return option.argParser((text: string, before: unknown) => [
    ...(Array.isArray(before) ? before : []),
    text,
  ]);
}

/** Paragraphs of a command's help above its options. */
function aboutOf({ summary, about }: Command): string {
  return about === undefined ? `${summary}.` : `${summary}.\n\n${about}`;
}

function examplesOf({ examples }: Command): string {
  const longest = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, does]) => `  ${line.padEnd(longest)}  # ${does}`);
  return `\nExamples:\n${lines.join('\n')}`;
}
