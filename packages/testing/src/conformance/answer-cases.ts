/** What becomes of answers that are not what was promised, or more than that. */
import { isIntegrationError } from '@im/core';
import type { Rig } from './rig.ts';
import { thrownBy } from './settle.ts';
import type { Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

const marker = 'body-of-the-vendor-0123456789';

/** Answers of status 200 that are not what was promised. */
const brokenAnswers = {
  truncated: { kind: 'truncate' },
  html: {
    kind: 'status',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: `<html><p>${marker}</p></html>`,
  },
  json: {
    kind: 'status',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: `{"items": [{"${marker}": `,
  },
} as const;

/** The answer to a read's last request: what it says, and how many requests were answered before it. */
interface JsonAnswer {
  readonly json: unknown;
  readonly after: number;
}

/** Reads whose answer is a JSON object or array, and the client to call them with. What they look up once is known to it already. */
async function eachJsonRead(
  suite: Suite,
  body: (rig: Rig, name: string, answer: JsonAnswer) => Promise<void>,
): Promise<void> {
  if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
  await using rig = await suite.open({ resilience: { retry: false } });
  let some = false;
  for (const name of suite.names) {
    if (suite.effect(name) !== 'read') {
      await rig.call(name).catch(() => undefined);
      continue;
    }
    const learn = async () => {
      rig.fake?.forget();
      await rig.call(name, { limit: 1 }).catch(() => undefined);
      return [...(rig.fake?.exchanges ?? [])];
    };
    await learn();
    const exchanges = await learn();
    const answer = exchanges.at(-1);
    if (answer === undefined || !/\bjson\b/.test(answer.responseHeaders['content-type'] ?? '')) continue;
    some = true;
    rig.fake?.forget();
    const json = JSON.parse(new TextDecoder().decode(answer.responseBody)) as unknown;
    await body(rig, name, { json, after: exchanges.length - 1 });
  }
  if (!some) notApplicable('it has no read whose answer is JSON');
}

/** What must hold of a call whose answer was broken. */
function judgeBroken(name: string, error: unknown, problems: Problems): void {
  if (!isIntegrationError(error)) {
    const instead =
      error === undefined ? 'the broken answer was taken for a good one' : 'it threw no IntegrationError';
    problems.add(`${name}: ${instead}`);
    return;
  }
  problems.expect(
    error.code === 'internal' || error.code === 'unavailable',
    `${name}: the code is ${error.code}`,
  );
  const printed = `${error.stack} ${JSON.stringify(error)} ${error.cause instanceof Error ? error.cause.message : ''}`;
  problems.expect(!printed.includes(marker), `${name}: the error prints the body`);
}

/** A case in which every read gets such an answer. */
function brokenCase(id: string, answer: keyof typeof brokenAnswers, title: string): ConformanceCase {
  const run = async (suite: Suite) => {
    const problems = new Problems();
    await eachJsonRead(suite, async (rig, name) => {
      rig.fake?.inject({ fault: brokenAnswers[answer], times: Number.POSITIVE_INFINITY });
      judgeBroken(name, await thrownBy(rig.call(name, { limit: 1 })), problems);
    });
    problems.report();
  };
  return { id, must: 'M-14', title, run };
}

export const answerCases: readonly ConformanceCase[] = [
  brokenCase('C-036', 'truncated', 'a body that ends early is a typed error'),
  brokenCase('C-037', 'html', 'a web page instead of JSON is a typed error, and is not printed'),
  brokenCase('C-038', 'json', 'JSON that does not parse is a typed error, and is not printed'),
  {
    id: 'C-039',
    must: 'M-15',
    title: 'answers with fields that nobody knows yet are accepted',
    run: async (suite) => {
      const problems = new Problems();
      await eachJsonRead(suite, async (rig, name, { json, after }) => {
        const body = JSON.stringify(withUnknownFields(json));
        const headers = { 'content-type': 'application/json' };
        rig.fake?.inject({ fault: { kind: 'status', status: 200, headers, body }, after });
        const error = await thrownBy(rig.call(name, { limit: 1 }));
        problems.expect(error === undefined, `${name}: ${String(error)}`);
      });
      problems.report();
    },
  },
];

/** A vendor's next version: one more field in the answer and in each object of its lists. */
function withUnknownFields(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withUnknownFields);
  if (typeof json !== 'object' || json === null) return json;
  const lists = Object.entries(json).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.map(withUnknownFields) : value,
  ]);
  return { ...Object.fromEntries(lists), im_unknown_field: { since: 'tomorrow', list: [1, null] } };
}
