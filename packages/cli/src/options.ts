/** Kinds of options, and those that several commands share. */
import type { CommandOption } from './command.ts';
import { usageError } from './failure.ts';

/** On or off. */
export function flag(flags: string, says: string): CommandOption<boolean> {
  return { flags, says, read: (given) => given === true };
}

/** A text, as it is. */
export function text(flags: string, says: string): CommandOption<string | undefined> {
  return { flags, says, read: (given) => (typeof given === 'string' ? given : undefined) };
}

/** Path of a file or a folder. */
export function path(flags: string, says: string): CommandOption<string | undefined> {
  return { ...text(flags, says), path: true };
}

/** Any number of texts. */
export function texts(flags: string, says: string): CommandOption<readonly string[]> {
  return { flags, says, repeats: true, read: (given) => (Array.isArray(given) ? given : []) };
}

/** One of some words. */
export function choice<const Word extends string>(
  flags: string,
  says: string,
  choices: readonly Word[],
): CommandOption<Word | undefined> {
  return { flags, says, choices, read: (given) => choices.find((one) => one === given) };
}

/** A whole number from `least` to `most`. */
export function count(
  flags: string,
  says: string,
  least = 0,
  most: number = Number.MAX_SAFE_INTEGER,
): CommandOption<number | undefined> {
  return {
    flags,
    says,
    read: (given) => {
      if (typeof given !== 'string') return undefined;
      const value = Number(given);
      if (/^\d+$/.test(given) && value >= least && value <= most) return value;
      const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
      throw usageError(`${flags} wants a whole number ${range}, not ${JSON.stringify(given)}`);
    },
  };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** A length of time with its unit, in milliseconds: `500ms`, `2s`, `1m`. */
export function duration(flags: string, says: string): CommandOption<number | undefined> {
  return {
    flags,
    says,
    read: (given) => {
      if (typeof given !== 'string') return undefined;
      const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(given) ?? [];
      const value = Number(number) * (units[unit] ?? 0);
      if (number !== '' && value >= 1) return value;
      throw usageError(
        `${flags} wants a length of time, not ${JSON.stringify(given)}`,
        'write 500ms, 2s or 1m',
      );
    },
  };
}

/** Of every command; `createScreen` has them from `run`, before the rest of the command line is understood. */
export const commonOptions = {
  json: flag('--json', 'write the result as JSON, errors too'),
  noColor: flag('--no-color', 'no colours, whatever the terminal can do'),
};

/** Of commands that read the configuration. */
export const configOptions = {
  config: path('-c, --config <file>', 'configuration; default: IM_CONFIG, else integrations.yaml here'),
  environment: text('-e, --environment <name>', 'which of its environments holds; default: what it says'),
  envFile: path('--env-file <file>', 'more environment variables; default: .env beside the configuration'),
  secrets: path('--secrets <folder>', 'folder with a file for each secret, by its path; default: IM_SECRETS'),
};

/** Of commands that ask a running hub. */
export const hubOptions = {
  hub: text('--hub <url>', 'address of a running hub; default: IM_HUB'),
  key: text('--key <key>', 'API key for it; default: IM_HUB_KEY, which no list of processes shows'),
};
