import { expect, test } from 'vitest';
import { clientOptions, senders } from '../__tests__/aws-clients.ts';
import { type Catcher, startCatcher } from '../__tests__/catcher.ts';
import {
  describeSpecs,
  operationOf,
  published,
  publishedDocument,
  type Sent,
  wrongWith,
} from '../__tests__/exchanges.ts';
import {
  clientLeaf,
  type Example,
  examplesOf,
  formFieldsOf,
  jsonLeaf,
  mapLeaves,
  restAnswer,
  xmlOf,
} from '../__tests__/smithy-encode.ts';
import type { Description } from '../description.ts';
import { isNode } from '../documents.ts';
import { type Operation, SmithyModel, shortName } from './model.ts';

interface Case {
  readonly description: Description;
  readonly model: SmithyModel;
  readonly operation: Operation;
  readonly example: Example;
}

function casesOf(name: string): Case[] {
  const file = `aws/${name}.json`;
  const document = publishedDocument(file);
  const model = new SmithyModel(isNode(document) ? document : {}, file);
  const description = published(file);
  return model
    .operations()
    .flatMap((operation) =>
      examplesOf(operation).map((example) => ({ description, model, operation, example })),
    );
}

const clients = Object.keys(senders);
const queryHeaders = { 'content-type': 'application/x-www-form-urlencoded' };
const jsonHeaders = { 'content-type': 'application/x-amz-json-1.1' };

/** What the client makes of an example; `undefined` for the one in S3 that has no bucket. */
async function asClientSends(name: string, { model, operation, example }: Case, catcher: Catcher) {
  if (example.input.Bucket === '') return undefined;
  const send = senders[name]?.(clientOptions(catcher));
  const input = mapLeaves(model, example.input, operation.input, clientLeaf);
  const [sent] = await catcher.during(async () => send?.(operation.name, isNode(input) ? input : {}));
  return sent;
}

/** What an example says is answered, in the protocol of its service. */
function asAnswered(name: string, { model, operation, example }: Case): Partial<Sent> {
  const { output } = example;
  if (output === undefined) return {};
  if (/^(s3|cloudfront)/.test(name)) return restAnswer(model, operation, output, 'xml');
  if (/^(lambda|sesv2)/.test(name)) return restAnswer(model, operation, output, 'json');
  if (name.startsWith('ses-')) {
    const result = xmlOf(model, `${operation.name}Result`, output, operation.output);
    const metadata = '<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>';
    return {
      status: 200,
      answerHeaders: { 'content-type': 'text/xml' },
      answer: `<${operation.name}Response>${result}${metadata}</${operation.name}Response>`,
    };
  }
  const answer = mapLeaves(model, output, operation.output, jsonLeaf);
  return { status: 200, answerHeaders: jsonHeaders, answer };
}

/** A request to the operation that is good enough to be taken for it. */
function asNamed(name: string, { model, operation, example }: Case): Sent {
  const { name: id, traits } = operation;
  const http = traits['smithy.api#http'];
  if (isNode(http)) return { request: `${http.method} ${String(http.uri).replace(/\{[^}]+\}/g, 'x')}` };
  if (name.startsWith('ses-')) {
    const fields = formFieldsOf(model, example.input, operation.input);
    const body = new URLSearchParams([['Action', id], ['Version', '2010-12-01'], ...fields]);
    return { request: 'POST /', headers: queryHeaders, body: body.toString() };
  }
  const target = `${shortName(model.serviceId)}.${id}`;
  const body = mapLeaves(model, example.input, operation.input, jsonLeaf);
  return { request: 'POST /', headers: { ...jsonHeaders, 'x-amz-target': target }, body };
}

const linesOf = (lines: readonly string[], side: 'request' | 'answer') =>
  lines.filter((line) => line.split(' ')[1] === side);

describeSpecs('examples in published models of AWS', () => {
  test.each(clients)('%s: what the vendor’s client sends is accepted, as its own operation', async (name) => {
    await using catcher = await startCatcher();
    const cases = casesOf(name);
    for (const one of cases) {
      const sent = await asClientSends(name, one, catcher);
      if (sent === undefined) continue;
      expect(await wrongWith(one.description, sent), one.example.title).toEqual([]);
      expect(await operationOf(one.description, sent), one.example.title).toBe(one.operation.name);
    }
    expect(cases.length).toBeGreaterThan(2);
  });

  test('ses-2010-12-01: forms are accepted, and each with a field more is not', async () => {
    for (const one of casesOf('ses-2010-12-01')) {
      const sent = asNamed('ses-2010-12-01', one);
      expect(await wrongWith(one.description, sent), one.example.title).toEqual([]);
      expect(await wrongWith(one.description, { ...sent, body: `${sent.body}&Made.Up=1` })).toEqual([
        `${one.operation.name} request body: has a property that is not described: <Made>`,
      ]);
    }
  });

  test.each([...clients, 'ses-2010-12-01', 'cloudfront-2020-05-31'])(
    '%s: what is answered is accepted, and not with another status or a header or body of its own making',
    async (name) => {
      for (const one of casesOf(name)) {
        // Its answer is the one that is not written as its shape says.
        if (one.example.output === undefined || one.operation.name === 'GetBucketLocation') continue;
        const good = { ...asNamed(name, one), ...asAnswered(name, one) };
        const wrong = async (change: Partial<Sent>) =>
          linesOf(await wrongWith(one.description, { ...good, ...change }), 'answer');
        expect(await wrong({}), one.example.title).toEqual([]);
        // These say themselves which status of success it was.
        const status = one.operation.name.startsWith('Invoke') ? 399 : 299;
        expect(await wrong({ status, answer: undefined }), one.example.title).not.toEqual([]);
        if (isNode(one.operation.traits['smithy.api#http']))
          expect(
            await wrong({ answerHeaders: { ...good.answerHeaders, 'x-amz-made-up': '1' } }),
            one.example.title,
          ).toEqual([expect.stringContaining('header x-amz-made-up: is not described')]);
        if (isNode(good.answer))
          expect(await wrong({ answer: { ...good.answer, MadeUp: 1 } }), one.example.title).toEqual([
            expect.stringContaining('has a property that is not described: MadeUp'),
          ]);
        else if (typeof good.answer === 'string' && good.answer.startsWith('<'))
          expect(
            await wrong({ answer: good.answer.replace(/<\/([^>]+)>$/, '<MadeUp/></$1>') }),
            one.example.title,
          ).toEqual([expect.stringContaining('MadeUp')]);
      }
    },
  );
});
