/**
 * What `kubectl kustomize` makes of a folder, for the part of Kustomize that our manifests use: resources, components,
 * namespace, images, generated ConfigMaps and JSON patches (RFC 6902). Whatever else a kustomization says is a fault, so
 * that nothing passes unread. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** A resource of Kubernetes, taken at its word but for what names it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels; readonly namespace?: string };
  // The rest is judged by the types of its kind; here it is data.
  // biome-ignore lint/suspicious/noExplicitAny: manifests are read at any depth, by paths that their types have been checked for
  readonly [field: string]: any;
}

/** Labels, or what selects by them. */
export type Labels = Readonly<Record<string, string>>;

const target = z.strictObject({ kind: z.string(), name: z.string() });
const operation = z.strictObject({
  op: z.enum(['add', 'replace', 'remove']),
  path: z.string().regex(/^(\/[^/]+)+$/),
  value: z.unknown().optional(),
});

const kustomization = z.strictObject({
  apiVersion: z.enum(['kustomize.config.k8s.io/v1beta1', 'kustomize.config.k8s.io/v1alpha1']),
  kind: z.enum(['Kustomization', 'Component']),
  namespace: z.string().optional(),
  resources: z.array(z.string()).default([]),
  components: z.array(z.string()).default([]),
  images: z
    .array(
      z.strictObject({ name: z.string(), newName: z.string().optional(), newTag: z.string().optional() }),
    )
    .default([]),
  configMapGenerator: z
    .array(
      z.strictObject({
        name: z.string(),
        behavior: z.enum(['create', 'replace']).default('create'),
        files: z.array(z.string()),
      }),
    )
    .default([]),
  patches: z.array(z.strictObject({ target, patch: z.string() })).default([]),
});

/** The resources of `folder`. @throws Error that names the file and what is wrong with it */
export function render(folder: string): readonly Resource[] {
  const file = join(folder, 'kustomization.yaml');
  const checked = kustomization.safeParse(parse(readFileSync(file, 'utf8')));
  if (!checked.success) throw new Error(`${file}: ${z.prettifyError(checked.error)}`);
  const { resources, components, images, configMapGenerator, patches, namespace } = checked.data;
  let all = [...resources, ...components].flatMap((name) => read(join(folder, name)));
  for (const { name, behavior, files } of configMapGenerator) {
    const data = files.map((path) => [basename(path), readFileSync(join(folder, path), 'utf8')]);
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: Object.fromEntries(data) };
    const known = all.some((one) => one.kind === 'ConfigMap' && one.metadata.name === name);
    if (known !== (behavior === 'replace'))
      throw new Error(`${file}: ConfigMap ${name} ${known ? 'is there already' : 'is not there to replace'}`);
    all = [...all.filter((one) => one.kind !== 'ConfigMap' || one.metadata.name !== name), made];
  }
  for (const { target, patch } of patches) {
    const hit = all.find(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
    if (hit === undefined) throw new Error(`${file}: there is no ${target.kind} ${target.name} to patch`);
    for (const each of z.array(operation).parse(parse(patch))) apply(hit, each, file);
  }
  for (const one of all) {
    const { initContainers = [], containers = [] } = one.spec?.template?.spec ?? {};
    for (const container of [...initContainers, ...containers])
      container.image = renamed(container.image, images);
  }
  return namespace === undefined
    ? all
    : all.map((one) => ({ ...one, metadata: { ...one.metadata, namespace } }));
}

function read(path: string): readonly Resource[] {
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  if (statSync(path).isDirectory()) return render(path);
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new Error(`${path}: ${fault.message}`);
    return document.toJS() as Resource;
  });
}

/** One operation of RFC 6902 §4, in place. */
function apply(resource: Resource, { op, path, value }: z.output<typeof operation>, file: string): void {
  const keys = path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() as string;
  // biome-ignore lint/suspicious/noExplicitAny: as in Resource
  const place = keys.reduce<any>((one, key) => one?.[key], resource);
  const isThere = place !== null && typeof place === 'object' && last in place;
  if (typeof place !== 'object' || (op !== 'add' && !isThere))
    throw new Error(`${file}: ${resource.kind} ${resource.metadata.name} has no ${path} to ${op}`);
  if (Array.isArray(place) && op === 'add')
    place.splice(last === '-' ? place.length : Number(last), 0, value);
  else if (Array.isArray(place) && op === 'remove') place.splice(Number(last), 1);
  else if (op === 'remove') delete place[last];
  else place[last] = value;
}

function renamed(image: string, images: z.output<typeof kustomization>['images']): string {
  const [name = image, tag] = image.split(':');
  const rule = images.find((one) => one.name === name);
  if (rule === undefined) return image;
  const newTag = rule.newTag ?? tag;
  return `${rule.newName ?? name}${newTag === undefined ? '' : `:${newTag}`}`;
}
