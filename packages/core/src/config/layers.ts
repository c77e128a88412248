/**
 * Which parts of a file hold: the chosen environment on those it extends, on the top of the file, on `defaults`; then
 * each tenant on the templates it extends.
 */

import { shownList, shownName, suggest } from '../options/suggest.ts';
import { defaultTenant } from '../registry/types.ts';
import {
  childOf,
  emptyMap,
  entriesOf,
  mapOf,
  merge,
  type Place,
  placeOf,
  type SourceEntry,
  type SourceMap,
  type SourceNode,
} from './source.ts';
import { bodyKeys, layerKeys } from './structure.ts';

/** A fault found while layers are put together; `path` begins at the root of the file. */
export interface LayerFault {
  readonly path: readonly PropertyKey[];
  readonly says: string;
  readonly remedy: string;
  readonly at: Place;
}

/** One tenant, everything it extends included. */
export interface EffectiveTenant {
  readonly name: string;
  /** Path of the tenant, for messages: empty when the top of the file is all there is of it. */
  readonly path: readonly string[];
  readonly node: SourceMap;
  /** Where it is named. */
  readonly keyPlace: Place;
}

/** What holds in one environment. */
export interface Effective {
  readonly tenants: readonly EffectiveTenant[];
  readonly faults: readonly LayerFault[];
}

/** Puts together what holds in `environment`. `chosen`: somebody asked for it, so it must be there. */
export function effectiveIn(root: SourceNode, environment: string, chosen: boolean): Effective {
  const faults: LayerFault[] = [];
  const environments = childOf(root, 'environments');
  let layer = merge(pick(childOf(root, 'defaults'), layerKeys), pick(root, layerKeys));
  if (childOf(environments, environment) !== undefined) {
    const inherit = inheritance(environments, ['environments'], layerKeys, faults);
    layer = merge(layer, inherit(environment));
  } else if (chosen && entriesOf(environments).length > 0) {
    faults.push(
      unknownName(
        'environment',
        environment,
        environments,
        [],
        childOf(root, 'environment')?.place ?? placeOf(root, ['environments'], 'key'),
      ),
    );
  }
  return { tenants: tenantsOf(layer, faults), faults };
}

function tenantsOf(layer: SourceNode | undefined, faults: LayerFault[]): readonly EffectiveTenant[] {
  const templates = childOf(layer, 'templates');
  const template = inheritance(templates, ['templates'], bodyKeys, faults);
  const top = pick(layer, bodyKeys);
  const tenants = entriesOf(childOf(layer, 'tenants')).map(([name, { node, keyPlace }]): EffectiveTenant => {
    const path = ['tenants', name];
    const inherited = basesOf(node).map(({ base, place }) => {
      if (childOf(templates, base) !== undefined) return template(base);
      faults.push(unknownName('template', base, templates, [...path, 'extends'], place));
      return undefined;
    });
    const below = name === defaultTenant ? [top, ...inherited] : inherited;
    const merged = [...below, pick(node, bodyKeys)].reduce<SourceNode | undefined>(merge, undefined);
    return { name, path, node: merged?.kind === 'map' ? merged : emptyMap(keyPlace), keyPlace };
  });
  if (top === undefined || tenants.some((tenant) => tenant.name === defaultTenant)) return tenants;
  return [{ name: defaultTenant, path: [], node: top, keyPlace: top.place }, ...tenants];
}

/** The entry `name` of `all`, on everything it extends. Each is put together once; a circle is a fault. */
function inheritance(
  all: SourceNode | undefined,
  path: readonly string[],
  keys: readonly string[],
  faults: LayerFault[],
): (name: string) => SourceNode | undefined {
  const ready = new Map<string, SourceNode | undefined>();
  const visit = (name: string, above: readonly string[]): SourceNode | undefined => {
    if (ready.has(name)) return ready.get(name);
    const node = childOf(all, name);
    const below = basesOf(node).map(({ base, place }) => {
      const at = [...path, name, 'extends'];
      if (base === name || above.includes(base)) {
        faults.push({
          path: at,
          says: `goes round in a circle by ${shownName(base)}`,
          remedy: 'extend another one',
          at: place,
        });
        return undefined;
      }
      if (childOf(all, base) !== undefined) return visit(base, [...above, name]);
      faults.push(unknownName(path[0] === 'templates' ? 'template' : 'environment', base, all, at, place));
      return undefined;
    });
    const result = [...below, pick(node, keys)].reduce<SourceNode | undefined>(merge, undefined);
    ready.set(name, result);
    return result;
  };
  return (name) => visit(name, []);
}

function basesOf(node: SourceNode | undefined): readonly { readonly base: string; readonly place: Place }[] {
  const bases = childOf(node, 'extends');
  const list = bases?.kind === 'list' ? bases.items : bases === undefined ? [] : [bases];
  return list.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' ? [{ base: item.value, place: item.place }] : [],
  );
}

/** A mapping of some keys of `node`; `undefined` when it has none of them. An empty value counts as an empty mapping. */
function pick(node: SourceNode | undefined, keys: readonly string[]): SourceMap | undefined {
  if (node?.kind !== 'map') return undefined;
  const picked: [string, SourceEntry | undefined][] = keys.map((key) => [key, node.entries.get(key)]);
  const result = mapOf(Object.fromEntries(picked), node.place);
  return result.entries.size === 0 ? undefined : result;
}

function unknownName(
  kind: string,
  name: string,
  all: SourceNode | undefined,
  path: readonly PropertyKey[],
  at: Place,
): LayerFault {
  const known = entriesOf(all).map(([key]) => key);
  const meant = suggest(name, known);
  const remedy =
    meant !== undefined
      ? `did you mean ${meant}?`
      : known.length > 0
        ? `known are ${shownList(known)}`
        : `add it under ${kind}s`;
  return { path, says: `names the unknown ${kind} ${shownName(name)}`, remedy, at };
}
