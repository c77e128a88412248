/** Whether keyed operations carry one idempotency key over all attempts. */
import { isDeepStrictEqual } from 'node:util';
import type { Exchange } from '../fake-server.ts';
import { underFault } from './effect-cases.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

export const keyCases: readonly ConformanceCase[] = [
  {
    id: 'C-017',
    must: 'M-09',
    title: 'a keyed operation sends the key that the caller gave, the same over all attempts',
    run: async (suite) => {
      const names = await suite.talking('keyed');
      if (names.length === 0) notApplicable('it has no keyed operation that talks to the fake');
      const problems = new Problems();
      await using rig = await suite.open();
      for (const name of suite.names) {
        if (!names.includes(name)) {
          if (suite.effect(name) !== 'read') await rig.call(name).catch(() => undefined);
          continue;
        }
        const idempotencyKey = `conformance-key-${name}`;
        rig.fake?.forget();
        rig.fake?.inject({ fault: { kind: 'cut', when: 'after' } });
        await rig
          .call(name, { idempotencyKey })
          .catch((error: unknown) => problems.add(`${name}: ${String(error)}`));
        const exchanges = rig.fake?.exchanges ?? [];
        problems.expect(exchanges.length > 1, `${name}: it was not repeated`);
        for (const [index, exchange] of exchanges.entries()) {
          problems.expect(
            carries(exchange, idempotencyKey),
            `${name}: attempt ${index + 1} does not carry the key`,
          );
        }
      }
      problems.report();
    },
  },
  {
    id: 'C-019',
    must: 'M-09',
    title: 'a keyed operation without a key of the caller’s sends one of its own, the same over all attempts',
    run: async (suite) => {
      const problems = new Problems();
      await underFault(suite, ['keyed'], { kind: 'cut', when: 'after' }, (name, { fake }, error) => {
        problems.expect(error === undefined, `${name}: it was not repeated with success: ${String(error)}`);
        const [first, ...later] = fake.exchanges.map(withoutTracing);
        problems.expect(later.length > 0, `${name}: it was not repeated`);
        for (const request of later) {
          problems.expect(
            isDeepStrictEqual(request, first),
            `${name}: an attempt differs from the first one`,
          );
        }
      });
      problems.report();
    },
  },
];

/** A request as the vendor judges it: attempts are told apart by tracing headers alone. */
function withoutTracing({ method, target, requestHeaders, requestBody }: Exchange): object {
  const { traceparent: _parent, tracestate: _state, ...headers } = requestHeaders;
  return { method, target, headers, body: new TextDecoder().decode(requestBody) };
}

/** Whether the key stands anywhere in the request. */
function carries({ requestHeaders, target, requestBody }: Exchange, key: string): boolean {
  const body = new TextDecoder().decode(requestBody);
  return [...Object.values(requestHeaders), decodeURIComponent(target), body].some((text) =>
    text.includes(key),
  );
}
