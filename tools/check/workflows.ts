/**
 * Workflows of GitHub Actions, and `.ci/run`, as data: what they run exists and is what a clone runs, what they use is pinned, and they may do no more than they
 * have to.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Fault } from '../lib/fault.ts';
import { type Manifest, readJson } from '../lib/workspace.ts';

/** What of a workflow is looked at. */
interface Workflow {
  readonly name?: string;
  readonly permissions?: Readonly<Record<string, string>> | string;
  readonly concurrency?: { readonly group?: string };
  readonly jobs?: Readonly<Record<string, Job>>;
}

interface Job {
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>> | string;
  readonly steps?: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

type Scripts = Readonly<Record<string, string>>;

/** Jobs that may write something, and what. */
const writers: Readonly<Record<string, readonly string[]>> = { 'release.yml release': ['id-token'] };

/** Faults of every workflow in `root`, and of `.ci/run`. */
export function checkWorkflows(root: string): Fault[] {
  const scripts = readJson<Manifest>(join(root, 'package.json')).scripts ?? {};
  const workflows = globSync('.github/workflows/*.{yml,yaml}', { cwd: root }).sort();
  const ci = '.ci/run';
  return [
    ...workflows.flatMap((place) =>
      workflowFaults(place, readFileSync(join(root, place), 'utf8'), scripts).map((says) => ({
        place,
        says,
      })),
    ),
    ...(existsSync(join(root, ci))
      ? missingScripts(readFileSync(join(root, ci), 'utf8'), scripts).map((says) => ({ place: ci, says }))
      : []),
  ];
}

function workflowFaults(place: string, text: string, scripts: Scripts): string[] {
  let workflow: Workflow;
  try {
    workflow = parse(text) as Workflow;
  } catch (error) {
    return [`is no YAML: ${error instanceof Error ? error.message.split('\n', 1)[0] : error}`];
  }
  const { name, permissions, concurrency, jobs = {} } = workflow;
  return [
    ...(name === undefined ? ['has no name'] : []),
    ...(concurrency?.group === undefined
      ? ['has no concurrency group: runs of one branch would overtake each other']
      : []),
    ...(permissions === undefined
      ? ['has no permissions, and so has those of the repository: contents: read']
      : []),
    ...tooMuch(permissions, []).map((one) => `may ${one}; give it to the job that has to`),
    ...(Object.keys(jobs).length === 0 ? ['has no jobs'] : []),
    ...Object.entries(jobs).flatMap(([id, job]) =>
      jobFaults(job, writers[`${place.split('/').at(-1)} ${id}`] ?? [], scripts).map(
        (says) => `${id} ${says}`,
      ),
    ),
  ];
}

function tooMuch(permissions: Workflow['permissions'], allowed: readonly string[]): string[] {
  if (typeof permissions === 'string') return [permissions];
  return Object.entries(permissions ?? {})
    .filter(([scope, level]) => level !== 'none' && level !== 'read' && !allowed.includes(scope))
    .map(([scope, level]) => `${scope}: ${level}`);
}

function jobFaults(job: Job, mayWrite: readonly string[], scripts: Scripts): string[] {
  const { 'runs-on': machine, 'timeout-minutes': minutes, permissions, steps = [] } = job;
  return [
    ...(machine === undefined || /latest$/.test(machine)
      ? ['runs on a machine that changes: name its version']
      : []),
    ...(minutes === undefined ? ['has no timeout-minutes: what hangs would hang for six hours'] : []),
    ...tooMuch(permissions, mayWrite).map((one) => `may ${one}, which nobody agreed to`),
    ...steps.flatMap((step) => stepFaults(step, scripts)),
  ];
}

function stepFaults({ uses, run, with: inputs }: Step, scripts: Scripts): string[] {
  const faults: string[] = [];
  if (uses !== undefined && !/^actions\/[\w-]+@v\d+$|^[\w-]+\/[\w./-]+@[\da-f]{40}$/.test(uses))
    faults.push(`uses ${uses}: pin an action of GitHub's to a major version, any other to a commit`);
  if (uses?.startsWith('actions/checkout@') && inputs?.['persist-credentials'] !== false)
    faults.push('leaves the credential of the checkout behind: persist-credentials: false');
  if (run === undefined) return faults;
  if (run.includes('${{')) faults.push(`runs an expression ("${run}"): hand it over by env, or it is code`);
  for (const line of run.split('\n').filter((one) => one.trim() !== ''))
    for (const command of line.split(/\s(?:\|\||&&|[|;])\s/))
      faults.push(...commandFaults(command.trim(), scripts));
  return faults;
}

/** What may stand beside scripts: what keeps the output, and what puts a tag's commit on the branch that it is of. */
const helpers =
  /^(tee -a "\$GITHUB_STEP_SUMMARY"|git merge-base --is-ancestor HEAD origin\/main|git switch -C main)$/;

function commandFaults(command: string, scripts: Scripts): string[] {
  if (helpers.test(command) || /^npm ci\b/.test(command) || command === '.ci/run') return [];
  const [first] = missingScripts(command, scripts);
  if (first !== undefined) return [first];
  const isScript =
    namedScripts(command).length > 0 ||
    Object.values(scripts).includes(command.replace(/^node_modules\/\.bin\//, ''));
  return isScript
    ? []
    : [`runs "${command}", which is no script of package.json: nobody could run it in a clone`];
}

/** Scripts that a text runs, and that there are not. */
function missingScripts(text: string, scripts: Scripts): string[] {
  return namedScripts(text)
    .filter((name) => !(name in scripts))
    .map((name) => `runs npm run ${name}, which is no script of package.json`);
}

function namedScripts(text: string): string[] {
  const named = [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
  const short = [...text.matchAll(/\bnpm (test|start)\b/g)].map(([, name = '']) => name);
  return [...named, ...short];
}
