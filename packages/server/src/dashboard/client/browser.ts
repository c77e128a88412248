/**
 * What of a browser the functions of this folder use, as types. TypeScript's own library for browsers would hold for the whole
 * package, and would take names there that mean something else on a server.
 *
 * The functions are sent as their own text, so they use nothing but their parameters, and get the browser as one of them.
 */

/** Something in the document. */
export interface Node {
  readonly nodeName: string;
  nodeValue: string | null;
  textContent: string | null;
  readonly nextSibling: Node | null;
  isEqualNode(other: Node): boolean;
  remove(): void;
}

/** An element, with what only some kinds of elements have. */
export interface Element extends Node {
  readonly tagName: string;
  readonly id: string;
  className: string;
  hidden: boolean;
  innerHTML: string;
  readonly dataset: Record<string, string | undefined>;
  readonly isConnected: boolean;
  readonly classList: { add(name: string): void; remove(name: string): void };
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly children: ArrayLike<Element> & Iterable<Element>;
  readonly childNodes: Iterable<Node>;
  readonly firstChild: Node | null;
  readonly firstElementChild: Element | null;
  readonly parentElement: Element | null;
  hasAttribute(name: string): boolean;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  matches(selector: string): boolean;
  closest(selector: string): Element | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
  insertBefore(node: Node, place: Node | null): void;
  focus(options?: { readonly preventScroll?: boolean }): void;
  addEventListener(name: string, listener: (event: BrowserEvent) => void): void;
  /** Of `template`. */
  readonly content: Element;
  /** Of fields and buttons. */
  value: string;
  checked: boolean;
  disabled: boolean;
  readonly form: Element | null;
  /** Of `select`. */
  readonly options: Iterable<Element>;
  selectedIndex: number;
  /** Of `dialog`. */
  showModal(): void;
  /** Of `a`. */
  readonly origin: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

/** Any event. */
export interface BrowserEvent {
  readonly target: Element;
  readonly defaultPrevented: boolean;
  preventDefault(): void;
  /** Of keys and the mouse. */
  readonly key: string;
  readonly button: number;
  readonly metaKey: boolean;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  /** Of `submit`. */
  readonly submitter: Element | null;
  /** Of `pageshow`. */
  readonly persisted: boolean;
  /** Of server-sent events. */
  readonly data: string;
}

/** A stream of server-sent events. */
export interface Source {
  readonly readyState: number;
  onopen: () => void;
  onerror: () => void;
  addEventListener(name: string, listener: (event: BrowserEvent) => void): void;
  close(): void;
}

/** `window`. */
export interface Browser {
  readonly document: {
    readonly documentElement: Element;
    readonly activeElement: Element | null;
    readonly hidden: boolean;
    createElement(name: string): Element;
    getElementById(id: string): Element | null;
    querySelector(selector: string): Element | null;
    addEventListener(name: string, listener: (event: BrowserEvent) => void): void;
  };
  readonly location: {
    readonly origin: string;
    readonly pathname: string;
    readonly search: string;
    reload(): void;
  };
  readonly history: {
    pushState(state: null, unused: string, url: string): void;
    replaceState(state: null, unused: string, url: string): void;
  };
  readonly localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
  readonly EventSource: { new (url: string): Source; readonly CLOSED: number };
  readonly FormData: new (form: Element) => Iterable<readonly [string, unknown]>;
  addEventListener(name: string, listener: (event: BrowserEvent) => void): void;
  scrollTo(x: number, y: number): void;
  requestAnimationFrame(work: () => void): void;
}
