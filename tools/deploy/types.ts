/**
 * Resources against the published types of Kubernetes, twice: by the validators of `kubernetes-models`, which know formats
 * and ranges but let unknown fields pass, and by the compiler, for which a field that a type does not have is a fault in an
 * object literal. So a typo anywhere is found.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from 'kubernetes-models/apps/v1';
import { z } from 'zod';
import type { Fault } from '../lib/fault.ts';
import { run } from '../lib/run.ts';
import type { Resource } from './render.ts';

const labels = z.record(z.string(), z.string());

/** Custom resources have no types of their own in `kubernetes-models`: the fields that we use, and no other. */
const custom: Readonly<Record<string, z.ZodType>> = {
  // https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
  'monitoring.coreos.com/v1/ServiceMonitor': z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata: z.strictObject({ name: z.string(), namespace: z.string().optional(), labels }),
    spec: z.strictObject({
      selector: z.strictObject({ matchLabels: labels }),
      endpoints: z.array(
        z.strictObject({
          port: z.string(),
          path: z.string(),
          interval: z.string().regex(/^\d+s$/),
          scrapeTimeout: z.string().regex(/^\d+s$/),
          authorization: z.strictObject({
            type: z.literal('Bearer'),
            credentials: z.strictObject({ name: z.string(), key: z.string() }),
          }),
        }),
      ),
    }),
  }),
};

/** `Deployment im-hub`, as faults name it. */
export const nameOf = ({ kind, metadata }: Resource) => `${kind} ${metadata.name}`;

/** Faults of resources by their types; `set` says which set they belong to. Needs a folder below `root` for a moment. */
export async function checkTypes(
  root: string,
  sets: Readonly<Record<string, readonly Resource[]>>,
): Promise<readonly Fault[]> {
  const all = Object.entries(sets).flatMap(([set, resources]) =>
    resources.map((resource) => ({ set, resource, type: `${resource.apiVersion}/${resource.kind}` })),
  );
  const faults: Fault[] = [];
  for (const { set, resource, type } of all) {
    const place = `${set}, ${nameOf(resource)}`;
    const says =
      custom[type] === undefined ? await validated(resource, type) : strictly(custom[type], resource);
    if (says !== undefined) faults.push({ place, says });
  }
  return [
    ...faults,
    ...(await compiled(
      root,
      all.filter(({ type }) => custom[type] === undefined),
    )),
  ];
}

function strictly(schema: z.ZodType, resource: Resource): string | undefined {
  const checked = schema.safeParse(resource);
  return checked.success ? undefined : z.prettifyError(checked.error).replaceAll(/\s+/g, ' ');
}

/** What every model has. */
type Validating = Pick<Deployment, 'validate'>;

async function validated(resource: Resource, type: string): Promise<string | undefined> {
  const specifier = `kubernetes-models/${type}`;
  try {
    const models = (await import(/* @vite-ignore */ specifier)) as Readonly<
      Record<string, new (data: Resource) => Validating>
    >;
    const Model = models[resource.kind];
    if (Model === undefined) return `there is no ${type}`;
    new Model(resource).validate();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Judged {
  readonly set: string;
  readonly resource: Resource;
  readonly type: string;
}

async function compiled(root: string, judged: readonly Judged[]): Promise<readonly Fault[]> {
  const folder = join(root, '.im', `deploy-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const lines = judged.flatMap(({ set, resource, type }, index) => [
    { text: `import type { I${resource.kind} as T${index} } from 'kubernetes-models/${type}';`, place: '' },
    { text: `export const v${index}: T${index} =`, place: `${set}, ${nameOf(resource)}` },
    ...literal(resource, '', `${set}, ${nameOf(resource)}`),
    { text: ';', place: '' },
  ]);
  try {
    writeFileSync(join(folder, 'resources.ts'), lines.map(({ text }) => text).join('\n'));
    const options = {
      extends: '../../tsconfig.base.json',
      compilerOptions: { noEmit: true },
      include: ['*.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const tsc = join(root, 'node_modules/typescript7/bin/tsc');
    const { ok, output } = await run('node', [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder });
    const faults = output.split('\n').flatMap((line) => {
      const [, row, says] = /^resources\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      return says === undefined ? [] : [{ place: lines[Number(row) - 1]?.place ?? 'resources', says }];
    });
    return ok || faults.length > 0 ? faults : [{ place: 'resources', says: output }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Line {
  readonly text: string;
  readonly place: string;
}

/** A value as TypeScript, one field a line, each with its path, so that a fault of the compiler can be told by it. */
function literal(value: unknown, path: string, place: string, before = '', after = ''): readonly Line[] {
  const here = `${place}${path === '' ? '' : `: ${path}`}`;
  if (typeof value !== 'object' || value === null)
    return [{ text: `${before}${JSON.stringify(value)}${after}`, place: here }];
  const isList = Array.isArray(value);
  const fields = Object.entries(value).flatMap(([key, item]) => {
    const below = isList ? `${path}[${key}]` : `${path}${path === '' ? '' : '.'}${key}`;
    return literal(item, below, place, isList ? '' : `${JSON.stringify(key)}: `, ',');
  });
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  return [{ text: `${before}${open}`, place: here }, ...fields, { text: `${close}${after}`, place: here }];
}
