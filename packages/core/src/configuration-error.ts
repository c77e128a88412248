import { IntegrationError } from './errors.ts';

/** Where a fault stands, as far as it is known. Lines and columns count from 1. */
export interface FaultPlace {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Name of the environment variable that holds, or should hold, the value. */
  readonly variable?: string | undefined;
}

/** One thing that is wrong with options or with a configuration file. Holds no value that was given. */
export interface ConfigurationFault {
  /** `tenants.acme.integrations.spotify_main.options.clientSecret`; empty: the whole. */
  readonly path: string;
  /** What is wrong, to stand after the path: `is missing`. */
  readonly says: string;
  /** What the reader can do: `add it`. */
  readonly remedy: string;
  readonly place?: FaultPlace | undefined;
}

/** What a {@link ConfigurationError} may say beside its faults. */
export interface ConfigurationErrorFields {
  /** Id of the definition whose options these are. */
  readonly provider?: string | undefined;
  /** Name of the registration. */
  readonly integration?: string | undefined;
  readonly tenant?: string | undefined;
  /** What was checked, for the first line of the message. Default: `configuration`. */
  readonly subject?: string | undefined;
}

/**
 * Options or a configuration that cannot be used: every fault at once, each with its place and its remedy, one a line
 * in the message. The code is `invalid_argument`. No line holds a value that was given, so none can hold a secret.
 */
export class ConfigurationError extends IntegrationError {
  override readonly name = 'ConfigurationError';
  /** At least one, in the order of the source. */
  declare readonly faults: readonly ConfigurationFault[];

  constructor(faults: readonly ConfigurationFault[], fields: ConfigurationErrorFields = {}) {
    const { subject = 'configuration', ...names } = fields;
    const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
    super(
      [`${subject} cannot be used, ${count}:`, ...faults.map((fault) => `  ${describeFault(fault)}`)].join(
        '\n',
      ),
      {
        code: 'invalid_argument',
        ...names,
      },
    );
    Object.defineProperty(this, 'faults', { value: faults, enumerable: true });
  }
}

/** One fault as a line for people: `integrations.yaml:7:5: tenants.acme is missing; add it`. */
export function describeFault({ path, says, remedy, place }: ConfigurationFault): string {
  const file = [place?.file, place?.line, place?.column].filter((part) => part !== undefined).join(':');
  const where = [file, place?.variable].filter((part) => part !== undefined && part !== '').join(', ');
  return `${where === '' ? '' : `${where}: `}${path === '' ? '' : `${path} `}${says}; ${remedy}`;
}

/** Writes path parts as one string: `['tenants', 'a.b', 0]` is `tenants["a.b"][0]`. Control characters are escaped. */
export function faultPath(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part === 'number') return `${path}[${part}]`;
    const name = String(part);
    if (/^[\w$@/-]+$/.test(name)) return path === '' ? name : `${path}.${name}`;
    return `${path}[${JSON.stringify(name)}]`;
  }, '');
}

/** A fault about the whole of what is at `base` reads as a fault of `base`. */
export function underPath(base: string, path: string): string {
  return base === '' || path === '' || path.startsWith('[') ? `${base}${path}` : `${base}.${path}`;
}
