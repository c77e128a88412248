import { type ConfigurationFault, faultPath } from '../configuration-error.ts';
import type { IntegrationError } from '../errors.ts';
import type { Place } from './source.ts';

/** A fault with its path in parts and its place in the file. */
export interface FoundFault {
  readonly path: readonly PropertyKey[];
  readonly says: string;
  readonly remedy: string;
  readonly at: Place;
  readonly variable?: string | undefined;
}

/** Faults of one file: the same thing said of the same place counts once (a template is seen by each of its tenants). */
export class FaultList {
  readonly #file: string;
  readonly #faults = new Map<string, ConfigurationFault & { readonly at: Place }>();

  constructor(file: string) {
    this.#file = file;
  }

  add({ path, says, remedy, at, variable }: FoundFault): void {
    const key = JSON.stringify([at.line, at.column, says, String(path.at(-1))]);
    if (this.#faults.has(key)) return;
    const place = { file: this.#file, ...at, ...(variable === undefined ? {} : { variable }) };
    this.#faults.set(key, { path: faultPath(path), says, remedy, place, at });
  }

  /** In the order of the file. */
  sorted(): readonly ConfigurationFault[] {
    return [...this.#faults.values()]
      .sort((one, other) => one.at.line - other.at.line || one.at.column - other.at.column)
      .map(({ at: _at, ...fault }) => fault);
  }
}

/** What an error says, without its remedy, and the remedy. */
export function apart({ message, remedy = 'correct it' }: IntegrationError): {
  readonly says: string;
  readonly remedy: string;
} {
  return { says: message.endsWith(`; ${remedy}`) ? message.slice(0, -remedy.length - 2) : message, remedy };
}
