/** An object that can stand in one {@link Chain}; it carries its own links, so that adding it allocates nothing. */
export interface Linked<Node> {
  earlier: Node | undefined;
  later: Node | undefined;
}

/** A list in order of arrival whose members leave from anywhere, at no cost of memory or search. */
export class Chain<Node extends Linked<Node>> {
  head: Node | undefined;
  tail: Node | undefined;
  size = 0;

  add(node: Node): void {
    node.earlier = this.tail;
    if (this.tail === undefined) this.head = node;
    else this.tail.later = node;
    this.tail = node;
    this.size += 1;
  }

  /** The members of now, whatever leaves while they are walked through. */
  members(): Node[] {
    const all: Node[] = [];
    for (let node = this.head; node !== undefined; node = node.later) all.push(node);
    return all;
  }

  /** Only for a member. */
  remove(node: Node): void {
    const { earlier, later } = node;
    if (earlier === undefined) this.head = later;
    else earlier.later = later;
    if (later === undefined) this.tail = earlier;
    else later.earlier = earlier;
    node.earlier = undefined;
    node.later = undefined;
    this.size -= 1;
  }
}
