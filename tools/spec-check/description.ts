/**
 * A vendor's description of its API, whatever format it is written in. A format (`formats/*.ts`) reads its documents
 * into this shape; what judges traffic knows nothing else. A new format is a new file there.
 */
import type { Documents } from './documents.ts';

/** Which way a value goes. What is read-only has no place in a request, what is write-only none in an answer. */
export type Direction = 'request' | 'answer';

/** Something about a value that the description does not allow. Never holds the value. */
export interface Finding {
  /** `tracks[].id`; empty for the value itself. */
  readonly place: string;
  readonly says: string;
}

/** What values are allowed. */
export interface ValueCheck {
  /** Checks a value as it stands, such as parsed JSON. */
  check(value: unknown, direction: Direction): readonly Finding[];
  /** Checks text, or lists and objects of text, that stand for a value: `'12'` is a good integer. */
  checkText(value: unknown, direction: Direction): readonly Finding[];
  /** JSON types that the value may have; empty: any. */
  readonly types: ReadonlySet<string>;
}

/** How a list or an object is written as text (OpenAPI 3.1 §4.8.12.3). */
export type Style =
  | 'simple'
  | 'label'
  | 'matrix'
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  | 'tabDelimited'
  | 'deepObject';

/** One parameter of an operation. */
export interface DescribedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  readonly style: Style;
  readonly explode: boolean;
  /** The text is JSON. */
  readonly json: boolean;
  readonly schema: ValueCheck;
}

/** Bodies by media type or range (`application/json`, `image/*`); no check where anything goes. */
export type DescribedContent = ReadonlyMap<string, ValueCheck | undefined>;

/** A body to send. */
export interface DescribedBody {
  readonly required: boolean;
  readonly content: DescribedContent;
}

/** One possible answer. */
export interface DescribedAnswer {
  readonly content: DescribedContent;
  /** Headers that are always there; names in lower case. */
  readonly requiredHeaders: readonly string[];
}

/** One operation. */
export interface DescribedOperation {
  /** `get-an-album`, or the method and the path where the description gives no id. */
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  /** Path with `{name}` parts, below the server's; a query in it must be sent as it stands. */
  readonly template: string;
  readonly parameters: readonly DescribedParameter[];
  readonly body: DescribedBody | undefined;
  /** By status (`200`), class (`4XX`) or `default`. */
  readonly answers: ReadonlyMap<string, DescribedAnswer>;
}

/** A whole description. */
export interface Description {
  readonly title: string;
  /** Base URLs or base paths; only the path matters, since traffic is recorded at a fake. */
  readonly servers: readonly string[];
  readonly operations: readonly DescribedOperation[];
}

/** A format of descriptions. A file in `formats/` exports one as `format`. */
export interface Format {
  readonly name: string;
  /** Whether the document at hand is of this format. */
  accepts(document: unknown): boolean;
  read(file: string, documents: Documents): Description;
}
