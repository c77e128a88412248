/**
 * Known vulnerabilities of what users install with our packages, asked of the registry that npm is set to. npm has no list of its own: without a registry
 * that answers nothing is known, and that is said. (`npm audit --offline` finds nothing, and calls that no vulnerability.)
 */
import { run } from '../lib/run.ts';

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

/** Asks npm. Dependencies for development alone are left out. */
export async function audit(root: string): Promise<Audit> {
  const { output } = await run('npm', ['audit', '--omit=dev', '--json', '--loglevel=silent'], { cwd: root });
  return readAudit(output);
}

/** Reads what `npm audit --json` printed. */
export function readAudit(output: string): Audit {
  const begin = output.indexOf('{');
  const report: NpmAudit | undefined = begin < 0 ? undefined : parse(output.slice(begin));
  if (report?.vulnerabilities === undefined)
    return {
      kind: 'unknown',
      why: report?.message ?? report?.error?.summary ?? (output || 'npm said nothing'),
    };
  const vulnerabilities = Object.entries(report.vulnerabilities).map(([name, { severity, range, via }]) => ({
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
    return [`warning: nothing is known of vulnerabilities: the registry gives no advisories (${audit.why})`];
  if (audit.vulnerabilities.length === 0) return ['no known vulnerability in what users install'];
  return audit.vulnerabilities.map(
    ({ name, severity, range, advisories }) => `${severity}: ${name} ${range}: ${advisories.join('; ')}`,
  );
}

function parse(text: string): NpmAudit | undefined {
  try {
    return JSON.parse(text) as NpmAudit;
  } catch {
    return undefined;
  }
}
