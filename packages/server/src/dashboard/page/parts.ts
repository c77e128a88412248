/** A page in parts: elements with an id, each of which can be replaced alone while the page is looked at. */
import type { Html } from './html.ts';

/** An element with this id. */
export interface Part {
  readonly id: string;
  readonly html: Html;
}

/** An id for the element that shows something of this name. */
export const idOf = (kind: string, name: string): string =>
  `${kind}-${Buffer.from(name).toString('base64url')}`;

/** Collects the parts of a page while it is put together. */
export class Parts {
  readonly #parts = new Map<string, string>();
  #order: readonly string[] = [];

  /** Remembers an element as one that may change, and gives it back. */
  live(id: string, html: Html): Html {
    this.#parts.set(id, html.text);
    return html;
  }

  /** Remembers the rows of the table, which come and go. */
  rows(rows: readonly Part[]): readonly Html[] {
    this.#order = rows.map(({ id }) => id);
    return rows.map(({ id, html }) => this.live(id, html));
  }

  get all(): ReadonlyMap<string, string> {
    return this.#parts;
  }

  /** Ids of the rows, from above to below. */
  get order(): readonly string[] {
    return this.#order;
  }
}
