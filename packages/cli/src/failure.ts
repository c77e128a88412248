/** What can go wrong in a command, as one shape for people and for `--json`. */
import {
  type ConfigurationError,
  type ConfigurationFault,
  errorCode,
  isIntegrationError,
  loadOptional,
  retryableCodes,
} from '@im/core';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** A failure of the command itself, not of an integration. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly remedy: string | undefined;

  constructor(
    says: string,
    fields: { readonly code: string; readonly exitCode: ExitCode; readonly remedy?: string | undefined },
    options?: ErrorOptions,
  ) {
    super(says, options);
    this.code = fields.code;
    this.exitCode = fields.exitCode;
    this.remedy = fields.remedy;
  }
}

/** The command line is wrong. */
export function usageError(says: string, remedy?: string): CommandError {
  return new CommandError(says, { code: 'usage', exitCode: exitCodes.usage, remedy });
}

/** Something that is needed cannot be reached. */
export function unavailable(says: string, remedy: string, cause?: unknown): CommandError {
  return new CommandError(says, { code: 'unavailable', exitCode: exitCodes.unavailable, remedy }, { cause });
}

/** Why a command was stopped from outside. */
export class Interrupted extends Error {
  override readonly name = 'AbortError';
  readonly signalName: 'SIGINT' | 'SIGTERM';

  constructor(signalName: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signalName}`);
    this.signalName = signalName;
  }
}

/**
 * Loads an optional peer of the command line tool.
 *
 * @throws {@link CommandError} with the command that installs it
 */
export async function loadPeer<Module>(
  name: string,
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await loadOptional(name, purpose, load);
  } catch (cause) {
    throw new CommandError(
      `${purpose} needs the package ${name}, which cannot be loaded`,
      {
        code: 'missing_package',
        exitCode: exitCodes.missingPackage,
        remedy: `install it: npm install ${name}`,
      },
      { cause },
    );
  }
}

/** A failure as data: what `--json` prints on standard error, under `error`. */
export interface Failure {
  /** `usage`, `configuration`, `needs_yes`, `unavailable`, `missing_package`, `interrupted`, or a canonical code of `@im/core`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly remedy?: string | undefined;
  /** What is wrong with a configuration, each with its place. */
  readonly faults?: readonly ConfigurationFault[] | undefined;
  /** What an integration's error says beside its message. */
  readonly provider?: string | undefined;
  readonly operation?: string | undefined;
  readonly integration?: string | undefined;
  readonly tenant?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly effect?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly notBefore?: number | undefined;
  readonly attempts?: number | undefined;
}

/** Anything thrown as a {@link Failure}. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Interrupted) {
    const exitCode = error.signalName === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
    return { code: 'interrupted', exitCode, message: error.message };
  }
  if (error instanceof CommandError) {
    const { code, exitCode, remedy, message } = error;
    return { code, exitCode, message, remedy };
  }
  if (isConfigurationError(error)) {
    const [message = ''] = error.message.split('\n', 1);
    return { code: 'configuration', exitCode: exitCodes.configuration, message, faults: error.faults };
  }
  if (isIntegrationError(error)) {
    const { code, message, remedy, provider, operation, integration, tenant, retryable, effect } = error;
    const { status, requestId, notBefore, attempts } = error;
    const exitCode = retryableCodes.has(code) ? exitCodes.unavailable : exitCodes.wrong;
    const names = { provider, operation, integration, tenant };
    const facts = { retryable, effect, status, requestId, notBefore, attempts };
    return { code, exitCode, message: withoutRemedy(message, remedy), remedy, ...names, ...facts };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: errorCode(error), exitCode: exitCodes.wrong, message };
}

/** By brand, since a configuration may use another copy of core. */
function isConfigurationError(error: unknown): error is ConfigurationError {
  return isIntegrationError(error) && 'faults' in error;
}

/** Core puts the remedy at the end of the message; here it has a line of its own. */
function withoutRemedy(message: string, remedy: string | undefined): string {
  const end = `; ${remedy}`;
  return remedy !== undefined && message.endsWith(end) ? message.slice(0, -end.length) : message;
}
