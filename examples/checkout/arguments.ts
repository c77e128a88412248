/** What the command line says, checked. */
import { parseArgs } from 'node:util';
import { BadInput } from './bad-input.ts';

/** What to do. */
export interface Arguments {
  /** Port of the shop, on loopback; 0: any that is free. */
  readonly port: number;
  /** Nobody is watching: customers come by themselves, and the ledgers are compared. */
  readonly check: boolean;
  readonly help: boolean;
}

/** What `--help` prints. */
export const usage = `npm run example:checkout -- [options]

  --port <number>   where the shop listens on this machine; default 4010
  --check           a day of customers, unattended, then the reconciliation
  --help            this text

The processors are the fakes of @im/stripe and @im/adyen: no account is needed, and no money moves.
Exit code: 0 the ledgers agree, 1 they do not, 2 the input cannot be worked with.`;

/**
 * Reads the command line.
 *
 * @throws {@link BadInput} for a flag that there is not, one without its value, or a port that is none
 */
export function readArguments(args: readonly string[]): Arguments {
  let values: { port?: string; check?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean' } },
    }));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BadInput(`${error.message.split('. To specify')[0]}\n\n${usage}`, { cause: error });
  }
  const check = values.check ?? false;
  const port = values.port ?? (check ? '0' : '4010');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new BadInput(`--port ${port} is no port: give a number from 0 to 65535`);
  return { port: Number(port), check, help: values.help ?? false };
}
