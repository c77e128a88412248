/**
 * The ways to send a method that stores media, beside the plain one: the bytes alone, the bytes behind their metadata in
 * one body, and a session that takes them in pieces.
 *
 * A session begins with a POST, whose answer names its address. Pieces are PUT there, and answered 308 until the last
 * has come; DELETE gives it up, which is answered 499.
 *
 * @see {@link https://cloud.google.com/storage/docs/uploads-downloads#uploads | Google: Upload types}
 * @see {@link https://cloud.google.com/storage/docs/performing-resumable-uploads | Google: Resumable uploads}
 */
import { readJson } from '../bodies.ts';
import { relatedCodec } from '../codecs/multipart.ts';
import type {
  DescribedAnswer,
  DescribedContent,
  DescribedOperation,
  DescribedParameter,
  ValueCheck,
} from '../description.ts';
import { entriesOf, isNode, type Node } from '../documents.ts';
import { anything, type GoogleAnswers, nothing, successesOf } from './answers.ts';
import type { GoogleSchemas } from './schemas.ts';

/** A method that stores media. */
export interface MediaMethod {
  readonly plain: DescribedOperation;
  readonly method: Node;
  readonly schemas: GoogleSchemas;
  readonly answers: GoogleAnswers;
}

/** Every way to send media to it; none where it takes no media. */
export function uploadsOf(media: MediaMethod): DescribedOperation[] {
  const { method } = media;
  const protocols = isNode(method.mediaUpload) ? method.mediaUpload.protocols : undefined;
  const paths = entriesOf(protocols).flatMap(([, one]) =>
    isNode(one) && typeof one.path === 'string' ? [one.path.replaceAll('{+', '{')] : [],
  );
  return [...new Set(paths)].flatMap((path) => [
    ...atOnce(media, path),
    begin(media, path),
    piece(media, path),
    giveUp(media, path),
  ]);
}

const anyContent: DescribedContent = new Map([['*/*', undefined]]);

function atOnce({ plain, method, schemas }: MediaMethod, template: string): DescribedOperation[] {
  const request = schemas.request(method);
  const way = { ...plain, template, absolute: true };
  const related: DescribedContent = new Map([
    ['multipart/related', { ...(request ?? schemas.check({}, 'request')), codec: relatedCodec(readJson) }],
  ]);
  return [
    { ...way, selectors: [uploadType('media')], body: { required: false, content: anyContent } },
    { ...way, selectors: [uploadType('multipart')], body: { required: true, content: related } },
  ];
}

function begin({ plain, method, schemas, answers }: MediaMethod, template: string): DescribedOperation {
  const location = header('location', schemas.check({ type: 'string', minLength: 1 }, 'answer'), true);
  const request = schemas.request(method);
  return {
    ...plain,
    template,
    absolute: true,
    selectors: [uploadType('resumable')],
    body:
      request === undefined
        ? undefined
        : { required: false, content: new Map([['application/json', request]]) },
    chooseAnswer: (answer) =>
      answers.choose(answer, { 200: { ...nothing, headers: [location] } }, { textErrors: true }),
  };
}

function piece({ plain, method, schemas, answers }: MediaMethod, template: string): DescribedOperation {
  const range = schemas.check(
    { type: 'string', pattern: '^bytes (\\*|[0-9]+-[0-9]+)/(\\*|[0-9]+)$' },
    'request',
  );
  const received = header('range', schemas.check({ type: 'string', pattern: '^bytes=0-[0-9]+$' }, 'answer'));
  const [done = nothing] = Object.values(successesOf(schemas.answer(method)));
  const successes: Readonly<Record<number, DescribedAnswer>> = {
    200: done,
    201: done,
    308: { ...nothing, headers: [received] },
  };
  return {
    ...plain,
    ...session(plain, template),
    method: 'PUT',
    parameters: [...pathOf(plain), header('content-range', range)],
    body: { required: false, content: anyContent },
    chooseAnswer: (answer) => answers.choose(answer, successes, { textErrors: true }),
  };
}

function giveUp({ plain, answers }: MediaMethod, template: string): DescribedOperation {
  return {
    ...plain,
    ...session(plain, template),
    method: 'DELETE',
    body: undefined,
    chooseAnswer: (answer) => answers.choose(answer, { 204: nothing, 499: anything }, { textErrors: true }),
  };
}

/** Its address is the server's affair, but for the id. */
function session(plain: DescribedOperation, template: string) {
  return {
    template,
    absolute: true,
    openQuery: true,
    selectors: [{ in: 'query', name: 'upload_id' }] as const,
    parameters: pathOf(plain),
  };
}

function pathOf({ parameters }: DescribedOperation): readonly DescribedParameter[] {
  return parameters.filter((one) => one.in === 'path');
}

function uploadType(value: string) {
  return { in: 'query', name: 'uploadType', value } as const;
}

function header(name: string, schema: ValueCheck, required = false): DescribedParameter {
  return { name, in: 'header', required, style: 'simple', explode: false, json: false, schema };
}
