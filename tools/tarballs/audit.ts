/**
 * Known vulnerabilities of what users install with our packages: by a folder of advisories, or asked of the registry that npm is set to. npm has no list of
 * its own: without a registry that answers nothing is known, and that is said. (`npm audit --offline` finds nothing, and calls that no vulnerability.)
 * What its own authors gave up is told in any case: the lock file knows it.
 */
import { run } from '../lib/run.ts';
import { findVulnerabilities, readAdvisories } from './advisories.ts';
import type { Dependency } from './dependencies.ts';

/** One package with a known vulnerability. */
export interface Vulnerability {
  readonly name: string;
  readonly severity: string;
  /** Versions that are affected. */
  readonly range: string;
  /** Titles and addresses of the advisories. */
  readonly advisories: readonly string[];
}

/** What is known. */
export type Audit =
  | { readonly kind: 'known'; readonly vulnerabilities: readonly Vulnerability[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** The part of what npm prints that is read. */
interface NpmAudit {
  readonly message?: string;
  readonly error?: { readonly summary?: string };
  readonly vulnerabilities?: Readonly<
    Record<
      string,
      {
        readonly severity: string;
        readonly range: string;
        readonly via: readonly (string | { readonly title: string; readonly url: string })[];
      }
    >
  >;
}

/**
 * What is known of `dependencies`: by the advisories of the folder that `IM_ADVISORIES` names, where it is set; else by the registry.
 * @throws Error when the folder holds no advisories
 */
export async function audit(root: string, dependencies: readonly Dependency[]): Promise<Audit> {
  const folder = process.env.IM_ADVISORIES;
  if (folder !== undefined && folder !== '')
    return { kind: 'known', vulnerabilities: findVulnerabilities(dependencies, readAdvisories(folder)) };
  const { output } = await run('npm', ['audit', '--json', '--loglevel=silent'], { cwd: root });
  return readAudit(output, new Set(dependencies.map(({ name }) => name)));
}

/** Reads what `npm audit --json` printed, as far as it is of packages with these `names`. The rest serves development alone. */
export function readAudit(output: string, names: ReadonlySet<string>): Audit {
  const begin = output.indexOf('{');
  const report: NpmAudit | undefined = begin < 0 ? undefined : parse(output.slice(begin));
  if (report?.vulnerabilities === undefined)
    return {
      kind: 'unknown',
      why: report?.message ?? report?.error?.summary ?? (output || 'npm said nothing'),
    };
  const vulnerabilities = Object.entries(report.vulnerabilities)
    .filter(([name]) => names.has(name))
    .map(([name, { severity, range, via }]) => ({
      name,
      severity,
      range,
      advisories: via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} ${one.url}`)),
    }));
  return { kind: 'known', vulnerabilities };
}

/** One line a finding, for people. */
export function auditLines(audit: Audit): readonly string[] {
  if (audit.kind === 'unknown')
    return [
      `warning: nothing is known of vulnerabilities: the registry gives no advisories (${audit.why}), and IM_ADVISORIES names no folder`,
    ];
  if (audit.vulnerabilities.length === 0) return ['no known vulnerability in what users install'];
  return audit.vulnerabilities.map(
    ({ name, severity, range, advisories }) => `${severity}: ${name} ${range}: ${advisories.join('; ')}`,
  );
}

/** One line for each of `dependencies` whose authors gave it up. */
export function deprecationLines(dependencies: readonly Dependency[]): readonly string[] {
  return dependencies
    .filter(({ deprecated }) => deprecated !== undefined)
    .map(({ name, version, deprecated }) => `deprecated: ${name}@${version}: ${deprecated}`);
}

function parse(text: string): NpmAudit | undefined {
  try {
    return JSON.parse(text) as NpmAudit;
  } catch {
    return undefined;
  }
}
