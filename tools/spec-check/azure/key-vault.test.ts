import { expect, test } from 'vitest';
import {
  describeSpecs,
  operationOf,
  published,
  publishedDocument,
  type Sent,
  verdictOn,
  wrongWith,
} from '../__tests__/exchanges.ts';
import { entriesOf, isNode, type Node } from '../documents.ts';

const folder = 'azure/keyvault-7.2';
const json = { 'content-type': 'application/json; charset=utf-8' };

interface Example {
  readonly operation: string;
  readonly sent: Sent;
}

/** The published examples of a document. */
function examplesOf(file: string): Example[] {
  const document = publishedDocument(`${folder}/${file}`);
  const paths = isNode(document) ? entriesOf(document.paths) : [];
  return paths.flatMap(([path, item]) =>
    entriesOf(item).flatMap(([method, operation]) => {
      if (!isNode(operation)) return [];
      return entriesOf(operation['x-ms-examples']).map(([, one]) => ({
        operation: String(operation.operationId),
        sent: toSent(method, path, isNode(one) ? String(one.$ref) : ''),
      }));
    }),
  );
}

function toSent(method: string, path: string, reference: string): Sent {
  const example = publishedDocument(`${folder}/${reference}`) as Node;
  const given = isNode(example.parameters) ? example.parameters : {};
  const { vaultBaseUrl: _, parameters: body, ...rest } = given;
  const inPath = path.replace(/\{([^}]+)\}/g, (_, name: string) => String(rest[name]));
  const query = Object.entries(rest).filter(([name]) => !path.includes(`{${name}}`));
  const [[status, answer] = ['200', {}]] = entriesOf(example.responses);
  return {
    request: `${method.toUpperCase()} ${inPath}?${new URLSearchParams(query.map(([name, value]): [string, string] => [name, String(value)]))}`,
    headers: json,
    body,
    status: Number(status),
    answerHeaders: json,
    answer: isNode(answer) ? answer.body : undefined,
  };
}

describeSpecs('published descriptions of Azure Key Vault', () => {
  test.each([
    ['secrets.json', 12],
    ['keys.json', 19],
  ])('%s: its %d examples are accepted, and none with a property more', async (file, count) => {
    const description = published(`${folder}/${file}`);
    const examples = examplesOf(file);
    expect(examples).toHaveLength(count);
    for (const { operation, sent } of examples) {
      expect(await wrongWith(description, sent), operation).toEqual([]);
      expect(await operationOf(description, sent)).toBe(operation);
      const more = (value: unknown) => (isNode(value) ? { ...value, madeUp: 1 } : undefined);
      const wrong = await wrongWith(description, {
        ...sent,
        body: more(sent.body),
        answer: more(sent.answer),
      });
      const expected = [sent.body, sent.answer].filter(isNode).map(() => expect.stringContaining('madeUp'));
      expect(
        wrong.filter((line) => !line.endsWith('is required')),
        operation,
      ).toEqual(expected);
    }
    const verdict = await verdictOn(description, ...examples.map(({ sent }) => sent));
    expect(verdict.unexercised).toEqual([]);
  });

  test.each<[string, string, Sent, string]>([
    [
      'secrets.json',
      'no version of the API',
      { request: 'GET /secrets/name' },
      'GetSecret request query parameter api-version: is required',
    ],
    [
      'secrets.json',
      'a name that is none',
      { request: 'PUT /secrets/a_b?api-version=7.2', headers: json, body: { value: 'x' } },
      'SetSecret request path parameter secret-name: must match pattern "^[0-9a-zA-Z-]+$"',
    ],
    [
      'secrets.json',
      'no value',
      { request: 'PUT /secrets/a?api-version=7.2', headers: json, body: {} },
      "SetSecret request body: must have required property 'value'",
    ],
    [
      'secrets.json',
      'what only the vault says',
      {
        request: 'PUT /secrets/a?api-version=7.2',
        headers: json,
        body: { value: 'x', attributes: { created: 1 } },
      },
      'SetSecret request body attributes.created: has no place in this direction, or is not described',
    ],
    [
      'secrets.json',
      'an unknown property, deep inside',
      {
        request: 'PUT /secrets/a?api-version=7.2',
        headers: json,
        body: { value: 'x', attributes: { colour: 'red' } },
      },
      'SetSecret request body attributes: has a property that is not described: colour',
    ],
    [
      'secrets.json',
      'a time as text',
      {
        request: 'GET /secrets/a?api-version=7.2',
        status: 200,
        answerHeaders: json,
        answer: { attributes: { created: '2026-01-31' } },
      },
      'GetSecret answer status 200 body attributes.created: must be integer',
    ],
    [
      'secrets.json',
      'an error of another form',
      {
        request: 'GET /secrets/a?api-version=7.2',
        status: 404,
        answerHeaders: json,
        answer: { message: 'no' },
      },
      'GetSecret answer status 404 body error.code: is required',
    ],
    [
      'secrets.json',
      'another status of success',
      { request: 'DELETE /secrets/a?api-version=7.2', status: 204 },
      'DeleteSecret answer status 204: is not described',
    ],
    [
      'keys.json',
      'a wrong kind of key',
      { request: 'POST /keys/k/create?api-version=7.2', headers: json, body: { kty: 'DSA' } },
      'CreateKey request body kty: must be one of ["EC","EC-HSM","RSA","RSA-HSM","oct","oct-HSM"]',
    ],
    [
      'keys.json',
      'the other alphabet of base64',
      {
        request: 'POST /keys/k/1/sign?api-version=7.2',
        headers: json,
        body: { alg: 'RS256', value: 'a+/=' },
      },
      'sign request body value: must match format "base64url"',
    ],
  ])('%s: %s is a violation', async (file, _, sent, violation) => {
    expect(await wrongWith(published(`${folder}/${file}`), sent)).toContain(violation);
  });

  test('the link to the next page is the vault’s own', async () => {
    const request = 'GET /secrets?api-version=7.2&$skiptoken=abc&maxresults=1';
    expect(await wrongWith(published(`${folder}/secrets.json`), { request })).toEqual([]);
  });
});
