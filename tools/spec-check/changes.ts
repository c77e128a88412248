/**
 * What has changed in the operations that are used, between two descriptions of one API. Words for people (descriptions, examples) are left out; references
 * are followed, and a difference in what many operations refer to is told once, where it stands.
 */
import { type Documents, entriesOf, isNode, type Node } from './documents.ts';
import { operationNodes } from './operation-nodes.ts';

/** Something that is other than before. */
export interface Change {
  /** `GET /albums/{id}`'s id, or the place of what several operations refer to: `#/components/schemas/Album`. */
  readonly place: string;
  /** `responses.200.schema.type: "string" is "integer" now`. */
  readonly says: string;
  /** Operations that are used and reach it. */
  readonly operations: readonly string[];
}

/** One version of a description. */
export interface Version {
  readonly file: string;
  readonly documents: Documents;
}

/** Differences between two versions, as far as operations of `used` reach; all operations, where `used` is absent. */
export function changesBetween(
  before: Version,
  after: Version,
  used?: ReadonlySet<string>,
): readonly Change[] {
  const old = operationNodes(before.documents.load(before.file));
  const now = operationNodes(after.documents.load(after.file));
  const found = new Map<
    string,
    { readonly place: string; readonly says: string; readonly operations: Set<string> }
  >();
  for (const [id, node] of old) {
    if (used !== undefined && !used.has(id)) continue;
    const note = (place: string, says: string): void => {
      const key = `${place} ${says}`;
      const change = found.get(key) ?? { place, says, operations: new Set<string>() };
      change.operations.add(id);
      found.set(key, change);
    };
    const other = now.get(id);
    if (other === undefined) note(id, 'the operation is gone');
    else
      compare(
        { node, at: before, file: before.file },
        { node: other, at: after, file: after.file },
        id,
        note,
      );
  }
  return [...found.values()].map((one) => ({ ...one, operations: [...one.operations].sort() }));
}

/** A value, and where it stands. */
interface Side {
  readonly node: unknown;
  readonly at: Version;
  /** From which its references count. */
  readonly file: string;
}

type Note = (place: string, says: string) => void;

/** Compares two values and all that they refer to, each reference once. */
function compare(before: Side, after: Side, place: string, note: Note): void {
  const seen = new Set<string>();
  const visit = (left: Side, right: Side, base: string, path: string): void => {
    const [one, other] = [follow(left), follow(right)];
    const reference = one.reference ?? other.reference;
    if (reference !== undefined && seen.has(reference)) return;
    if (reference !== undefined) seen.add(reference);
    const isShared = reference !== undefined && isNode(one.side.node) && isNode(other.side.node);
    inside(one.side, other.side, isShared ? reference : base, isShared ? '' : path);
  };
  const inside = (left: Side, right: Side, base: string, path: string): void => {
    const [keys, others] = [partsOf(left.node, path), partsOf(right.node, path)];
    if (keys === undefined || others === undefined) {
      if (JSON.stringify(left.node) !== JSON.stringify(right.node))
        note(base, `${path}: ${short(left.node)} is ${short(right.node)} now`);
      return;
    }
    for (const [key, node] of keys) {
      const inner = path === '' ? key : `${path}.${key}`;
      if (!others.has(key)) note(base, `${inner} is gone`);
      else visit({ ...left, node }, { ...right, node: others.get(key) }, base, inner);
    }
    for (const key of others.keys())
      if (!keys.has(key)) note(base, `${path === '' ? key : `${path}.${key}`} is new`);
  };
  visit(before, after, place, '');
}

/** What a reference means: of JSON (`$ref: '#/…'`), of Google (`$ref: 'Bucket'`), of Smithy (`target`). */
function follow(side: Side): { readonly side: Side; readonly reference?: string } {
  const { node, at, file } = side;
  if (!isNode(node)) return { side };
  const root = at.documents.load(file);
  const { $ref, target } = node;
  if (typeof $ref === 'string' && /[#/]/.test($ref)) {
    const found = at.documents.resolve($ref, file);
    return { side: { ...side, node: found.node, file: found.file }, reference: $ref };
  }
  const inSchemas =
    typeof $ref === 'string' && isNode(root) && isNode(root.schemas) ? root.schemas[$ref] : undefined;
  if (inSchemas !== undefined) return { side: { ...side, node: inSchemas }, reference: `schemas.${$ref}` };
  const inShapes =
    typeof target === 'string' && isNode(root) && isNode(root.shapes) ? root.shapes[target] : undefined;
  if (inShapes !== undefined)
    return { side: { ...side, node: { ...node, target: inShapes } }, reference: String(target) };
  return { side };
}

/** Keys that hold words for people; beside them, names that somebody gave may be the same words. */
const forPeople =
  /^(description|descriptions|summary|title|examples?|externalDocs|enumDescriptions|tags|operationId|documentationLink|etag|revision|x-.*|smithy\.api#(documentation|examples|externalDocumentation|title))$/;
/** Maps whose keys are names that the vendor gave. */
const named =
  /(^|\.)(properties|patternProperties|members|parameters|headers|responses|schemas|definitions|content)$/;

/** Fields of an object or places of a list; `undefined` for what has no parts. Parameters are told apart by their names. */
function partsOf(node: unknown, path: string): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(node)) {
    const isOfTexts = node.every((one) => typeof one === 'string');
    return new Map(node.map((one, index) => [isOfTexts ? one : nameOf(one, index), isOfTexts ? true : one]));
  }
  if (!isNode(node)) return undefined;
  return new Map(entriesOf(node).filter(([key]) => named.test(path) || !forPeople.test(key)));
}

function nameOf(one: unknown, index: number): string {
  const { name, in: place, $ref } = isNode(one) ? (one as Node) : {};
  if (typeof $ref === 'string') return $ref;
  return typeof name === 'string' ? [place, name].filter(Boolean).join(' ') : String(index);
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
