/** A command as data: the command line, `--help`, the completions and `docs/cli.md` are all made from it. */
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Screen } from './output/screen.ts';

/** What commander gives for one option: `undefined` when it was not given. */
export type Given = string | boolean | readonly string[] | undefined;

/** One option of a command. */
export interface CommandOption<Value = unknown> {
  /** `--tenant <name>`, `-w, --watch`. */
  readonly flags: string;
  /** For `--help`. */
  readonly says: string;
  /** The only values there are. */
  readonly choices?: readonly string[] | undefined;
  /** Whether it may be given several times. */
  readonly repeats?: boolean | undefined;
  /** Whether a file or a folder is wanted, for completions. */
  readonly path?: boolean | undefined;
  /** @throws `CommandError` of usage */
  readonly read: (given: Given) => Value;
}

/** One argument: `<name>` is needed, `[name]` is not, `[name...]` takes all that follow. */
export interface CommandArgument {
  readonly name: string;
  readonly says: string;
  readonly choices?: readonly string[] | undefined;
}

/** Options by the name that the command knows them by. */
export type Options = Readonly<Record<string, CommandOption>>;

/** What the options were read as. */
export type OptionValues<Given extends Options> = {
  readonly [Name in keyof Given]: Given[Name] extends CommandOption<infer Value> ? Value : never;
};

/** One run of a command. */
export interface Invocation<Given extends Options = Options> {
  /** Arguments as they were written, one after the other. */
  readonly args: readonly string[];
  readonly options: OptionValues<Given>;
  readonly io: Io;
  readonly screen: Screen;
  /** Every command there is. */
  readonly commands: readonly Command[];
}

/** One command of `im`. */
export interface Command<Given extends Options = Options> {
  /** `list`; `config explain` is a command of the group `config`. */
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** What else `--help` tells, in sentences. */
  readonly about?: string | undefined;
  readonly arguments?: readonly CommandArgument[] | undefined;
  readonly options: Given;
  /** Command lines with what each does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** What it writes with `--json`. */
  readonly json: string;
  /** @throws anything that `toFailure` can read */
  run(invocation: Invocation<Given>): Promise<ExitCode>;
}

/** What the commands of a group have in common, by the group's name. */
export const groupSummaries: Readonly<Record<string, string>> = {
  config: 'The configuration, checked and explained',
};

/** Declares a command; the options' types follow from their declaration. */
export function defineCommand<const Given extends Options>(command: Command<Given>): Command {
  return command as unknown as Command;
}
