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

/** One parameter of an operation, or one header of an answer. */
export interface DescribedParameter {
  /** With `prefix`, what the names of the headers begin with: `x-amz-meta-`. */
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required: boolean;
  readonly style: Style;
  readonly explode: boolean;
  /** The text is JSON. */
  readonly json: boolean;
  readonly schema: ValueCheck;
  /** All headers whose names begin with `name` are one object, by the rest of their names. */
  readonly prefix?: boolean;
}

/** A body and how it was labelled. */
export interface SentBody {
  readonly bytes: Uint8Array;
  /** The whole header. Absent: there was none. */
  readonly contentType: string | undefined;
}

/** What a body holds. */
export interface Decoded {
  readonly value: unknown;
  /** Everything in it is text, which stands for numbers and flags too. */
  readonly isText: boolean;
  /** What is wrong with the way it is written. */
  readonly findings?: readonly Finding[] | undefined;
}

/** Reads a body; a sentence where it is nothing that can be read. */
export type Codec = (body: SentBody) => Decoded | string | Promise<Decoded | string>;

/** A body of one media type. */
export interface DescribedMedia extends ValueCheck {
  /** For bodies that cannot be read without their description, such as XML. Absent: read by the media type alone. */
  readonly codec?: Codec;
}

/** Bodies by media type or range (`application/json`, `image/*`); no check where anything goes. */
export type DescribedContent = ReadonlyMap<string, DescribedMedia | undefined>;

/** A body to send. */
export interface DescribedBody {
  readonly required: boolean;
  readonly content: DescribedContent;
}

/** One possible answer. */
export interface DescribedAnswer {
  readonly content: DescribedContent;
  /** Names in lower case. */
  readonly headers: readonly DescribedParameter[];
  /** There may be no body, though one is described. */
  readonly bodyOptional?: boolean;
  /** What an answer has to keep to besides. */
  readonly rules?: readonly ((answer: SentAnswer) => readonly Finding[])[];
}

/** A request, parsed as far as no description is needed. */
export interface SentRequest {
  readonly method: string;
  /** As sent: still percent-encoded, dots and double slashes as they were. */
  readonly path: string;
  /** Decoded, in order, a name as often as it was sent. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An answer. */
export interface SentAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Something in a request, beside method and path, that says which operation is meant. */
export interface Selector {
  /** A field of a form counts as sent in the body. */
  readonly in: 'query' | 'header' | 'form';
  /** Of a header, in lower case. */
  readonly name: string;
  /** Absent: it is enough that it is there. */
  readonly value?: string;
  /** It need not be there, but if it is, with this value. */
  readonly optional?: boolean;
}

/** One operation, or one of the ways to send it. */
export interface DescribedOperation {
  /** `get-an-album`, or the method and the path where the description gives no id. Ways to send the same share it. */
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  /**
   * Path with `{name}` parts, below the server's; a query in it must be sent as it stands. A part is text without
   * slashes; `{name+}` may hold slashes; the last may be `{/name}`: empty, or missing together with its slash.
   */
  readonly template: string;
  /** The template counts from the host, whatever the servers. */
  readonly absolute?: boolean;
  /** By name, the regular expression of a part of the path that only so can be told apart from others. */
  readonly patterns?: Readonly<Record<string, string>>;
  readonly selectors?: readonly Selector[];
  readonly parameters: readonly DescribedParameter[];
  /** What else may stand in the query is open. */
  readonly openQuery?: boolean;
  readonly body: DescribedBody | undefined;
  /** By status (`200`), class (`4XX`) or `default`. */
  readonly answers: ReadonlyMap<string, DescribedAnswer>;
  /** In place of `answers`, where more than the status says which it is; a sentence when it is none. */
  chooseAnswer?(answer: SentAnswer, request: SentRequest): DescribedAnswer | string;
  /** What a request has to keep to besides. */
  readonly rules?: readonly ((request: SentRequest) => readonly Finding[])[];
}

/** A whole description. */
export interface Description {
  readonly title: string;
  /** Base URLs or base paths; only the path matters, since traffic is recorded at a fake. */
  readonly servers: readonly string[];
  /** The request in the form that the templates describe, where it may be written in others. */
  arrange?(request: SentRequest): SentRequest;
  /** Whether a request is for another service, such as the sign-in, which a fake may serve at the same address. */
  isForeign?(request: SentRequest): boolean;
  readonly operations: readonly DescribedOperation[];
}

/** A format of descriptions. A file in `formats/` exports one as `format`. */
export interface Format {
  readonly name: string;
  /** Whether the document at hand is of this format. */
  accepts(document: unknown): boolean;
  read(file: string, documents: Documents): Description;
}
