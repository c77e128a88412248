/** One run of `im`, from its arguments to its exit code. */
import { describeFault } from '@im/core';
import { CommanderError } from 'commander';
import { commands } from './commands.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type CommandError, type Failure, toFailure, usageError } from './failure.ts';
import type { Io } from './io.ts';
import { createScreen, type Screen } from './output/screen.ts';
import { harmless } from './output/width.ts';
import { type Asked, createProgram } from './program.ts';

/**
 * Runs a command line.
 *
 * @param argv without the program: `['list', '--json']`
 * @returns the exit code; nothing is thrown, since every failure has been told on standard error
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const screen = createScreen(io, { json: words.includes('--json'), color: !words.includes('--no-color') });
  try {
    const asked = parse(argv, io, screen);
    if (asked === undefined) return exitCodes.fine;
    const { command, args, options } = asked;
    return await command.run({ args, options, io, screen, commands });
  } catch (error) {
    const failure = toFailure(io.signal.aborted ? io.signal.reason : error);
    tell(failure, io, screen);
    return failure.exitCode;
  }
}

function parse(argv: readonly string[], io: Io, screen: Screen): Asked | undefined {
  let asked: Asked | undefined;
  const program = createProgram(io, screen, (one) => {
    asked = one;
  });
  try {
    if (argv.length === 0) program.outputHelp();
    else program.parse(argv, { from: 'user' });
    return asked;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw misunderstood(error);
  }
}

/** What commander says, with its guess on a line of its own. */
function misunderstood({ code, message }: CommanderError): CommandError {
  if (code === 'commander.help') return usageError('a command is missing', 'im --help lists them');
  const [says = '', guess] = message.replace(/^error: /, '').split('\n');
  return usageError(says, guess?.replace(/^\(|\)$/g, '') ?? 'add --help to see what there is');
}

function tell(failure: Failure, { stderr }: Io, { json, colours }: Screen): void {
  if (json) {
    stderr.write(`${JSON.stringify({ error: failure })}\n`);
    return;
  }
  if (failure.code === 'interrupted') return;
  const { message, remedy, faults } = failure;
  const lines = [`${colours.red('✗')} ${harmless(message)}`];
  lines.push(...(faults ?? []).map((fault) => `  ${harmless(describeFault(fault))}`));
  if (remedy !== undefined) lines.push(`  ${colours.cyan('→')} ${harmless(remedy)}`);
  const facts = Object.entries({ code: failure.provider && failure.code, ...factsOf(failure) });
  const shown = facts.flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`]));
  if (shown.length > 0) lines.push(`  ${colours.dim(harmless(shown.join(', ')))}`);
  stderr.write(`${lines.join('\n')}\n`);
}

/** Of an integration's error: what somebody asks for who has to look into it. */
function factsOf({ provider, status, requestId, attempts, notBefore, effect }: Failure) {
  if (provider === undefined) return {};
  const again = notBefore === undefined ? undefined : new Date(notBefore).toISOString();
  const unknown = effect === 'unknown' ? 'unknown: it may have happened' : undefined;
  return { status, attempts, 'not before': again, 'request id': requestId, outcome: unknown };
}
