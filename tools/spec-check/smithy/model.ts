/**
 * A Smithy 2.0 model in its JSON form: shapes by absolute id, whose traits say how they are sent.
 *
 * @see {@link https://smithy.io/2.0/spec/json-ast.html | Smithy: JSON AST}
 */
import { asList, entriesOf, isNode, type Node } from '../documents.ts';

/** A member of a shape: what it is, and traits of its own. */
export interface Member {
  readonly name: string;
  /** Id of its shape. */
  readonly target: string;
  readonly traits: Node;
}

/** A shape. Which fields say something depends on its type. */
export interface Shape {
  readonly id: string;
  readonly type: string;
  readonly traits: Node;
  /** Of a structure or union. A list has `member`, a map `key` and `value`. */
  readonly members: readonly Member[];
}

/** An operation. */
export interface Operation {
  /** `PutObject` */
  readonly name: string;
  readonly traits: Node;
  readonly input: Shape;
  readonly output: Shape;
  readonly errors: readonly Shape[];
}

const lifecycle = ['create', 'put', 'read', 'update', 'delete', 'list'];

/** A model of one service. */
export class SmithyModel {
  readonly #shapes: Node;
  readonly serviceId: string;
  readonly service: Node;

  /** @throws Error when there is no service in it */
  constructor(document: Node, file: string) {
    this.#shapes = isNode(document.shapes) ? document.shapes : {};
    const found = entriesOf(this.#shapes).find(([, shape]) => isNode(shape) && shape.type === 'service');
    if (found === undefined || !isNode(found[1])) throw new Error(`${file}: the model has no service`);
    [this.serviceId, this.service] = [found[0], found[1]];
  }

  /** What a trait of the service says; `undefined` when it has none. */
  serviceTrait(name: string): unknown {
    return traitsOf(this.service)[name];
  }

  /** All shapes of the model, by id. */
  ids(): string[] {
    return Object.keys(this.#shapes);
  }

  /** @throws Error for an id that is neither in the model nor of Smithy's own */
  shape(id: string): Shape {
    const node = this.#shapes[id];
    if (!isNode(node)) {
      const [namespace, name = ''] = id.split('#');
      if (namespace !== 'smithy.api') throw new Error(`${id}: no such shape`);
      return { id, type: preludeType(name), traits: {}, members: [] };
    }
    const { member, key, value } = node;
    const lone = Object.entries({ member, key, value }).filter(([, one]) => one !== undefined);
    return {
      id,
      type: String(node.type),
      traits: traitsOf(node),
      members: [...entriesOf(node.members), ...lone].map(([name, one]) => toMember(name, one)),
    };
  }

  operations(): Operation[] {
    const shared = asList(this.service.errors).map(targetOf);
    return this.#operationIds(this.service).map((id) => {
      const node = this.#shapes[id];
      if (!isNode(node)) throw new Error(`${id}: no such operation`);
      return {
        name: shortName(id),
        traits: traitsOf(node),
        input: this.shape(targetOf(node.input)),
        output: this.shape(targetOf(node.output)),
        errors: [...asList(node.errors).map(targetOf), ...shared].map((one) => this.shape(one)),
      };
    });
  }

  /** Of a service or resource, and of the resources below it. */
  #operationIds(owner: Node): string[] {
    const own = [
      ...asList(owner.operations),
      ...asList(owner.collectionOperations),
      ...lifecycle.map((name) => owner[name]).filter((one) => one !== undefined),
    ];
    const below = asList(owner.resources).flatMap((one) => {
      const resource = this.#shapes[targetOf(one)];
      return isNode(resource) ? this.#operationIds(resource) : [];
    });
    return [...new Set([...own.map(targetOf), ...below])];
  }
}

/** `com.amazonaws.s3#PutObject` → `PutObject`. */
export function shortName(id: string): string {
  return id.split('#')[1] ?? id;
}

/** A trait that says a name: `smithy.api#xmlName`. */
export function nameTrait(traits: Node, trait: string): string | undefined {
  const value = traits[trait];
  return typeof value === 'string' ? value : undefined;
}

function toMember(name: string, node: unknown): Member {
  return { name, target: targetOf(node), traits: isNode(node) ? traitsOf(node) : {} };
}

function traitsOf(node: Node): Node {
  return isNode(node.traits) ? node.traits : {};
}

function targetOf(node: unknown): string {
  return isNode(node) && typeof node.target === 'string' ? node.target : 'smithy.api#Unit';
}

/** `PrimitiveInteger` → `integer`; `Unit` is a structure without members. */
function preludeType(name: string): string {
  return name === 'Unit'
    ? 'structure'
    : name.replace(/^Primitive/, '').replace(/^./, (one) => one.toLowerCase());
}
