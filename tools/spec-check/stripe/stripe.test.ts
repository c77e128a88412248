import { expect, test } from 'vitest';
import { describeSpecs, published, publishedDocument, verdictOn, wrongWith } from '../__tests__/exchanges.ts';
import type { Description } from '../description.ts';
import { asOfToday, goneFields, isPage, isStripe, newParameters, newValues } from './quirks.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const toPage = (path: string) => ({ method: 'GET', path, query: [], headers: {}, body: new Uint8Array() });

test('only what has a version in its path is the API', () => {
  expect(isPage(toPage('/v1/charges'))).toBe(false);
  expect(isPage(toPage('/elements/card'))).toBe(true);
  expect(isPage(toPage('/v3'))).toBe(true);
});

test('every difference names the vendor’s page on it', () => {
  for (const { docs } of [...goneFields, ...newValues, ...newParameters])
    expect(docs).toMatch(/^https:\/\/(docs|support)\.stripe\.com\//);
});

test('a description that the table does not fit is refused', () => {
  expect(() => asOfToday({ components: { schemas: {} } })).toThrow('no components schemas subscription');
});

describeSpecs('Stripe’s published description', () => {
  // It has some 110,000 lines, and is read once.
  const readAll = { timeout: 60_000 };
  let read: Description | undefined;
  const description = () => {
    read ??= published('stripe/spec3.yaml');
    return read;
  };

  test('is read with its operations', readAll, async () => {
    expect((await verdictOn(description())).described).toBe(468);
  });

  test('is as it was but for what the table names', readAll, () => {
    const before = publishedDocument('stripe/spec3.yaml');
    if (!isStripe(before)) throw new Error('not Stripe’s');
    const { schemas } = asOfToday(before).components as {
      readonly schemas: Readonly<
        Record<string, { readonly required: string[]; readonly properties: object }>
      >;
    };
    expect(schemas.invoice?.properties).not.toHaveProperty('paid');
    expect(schemas.invoice?.required).not.toContain('paid');
    expect(schemas.invoice?.required).toContain('amount_due');
    expect((before.components as { readonly schemas: object }).schemas).toHaveProperty(
      'invoice.properties.paid',
    );
  });

  test('takes parameters that are newer, and none that there are not', readAll, async () => {
    const capture = (body: string) =>
      wrongWith(description(), { request: 'POST /v1/payment_intents/pi_1/capture', headers: form, body });
    expect(await capture('amount_to_capture=100&final_capture=false')).toEqual([]);
    expect(await capture('final_capture=perhaps')).toHaveLength(1);
    expect(await capture('last_capture=false')).toHaveLength(1);
    const create = (wish: string) =>
      wrongWith(description(), {
        request: 'POST /v1/payment_intents',
        headers: form,
        body: `amount=100&currency=eur&payment_method_options[card][request_multicapture]=${wish}`,
      });
    expect(await create('if_available')).toEqual([]);
    expect(await create('always')).not.toEqual([]);
  });
});
