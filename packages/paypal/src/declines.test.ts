import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDecline } from '@im/payments';
import { expect, it } from 'vitest';
import { paypalDeclines } from './declines.ts';
import { actionIssues, declineIssues } from './issues.ts';

it('says for each issue that declines what it means', () => {
  for (const issue of [...declineIssues, ...actionIssues])
    expect(readDecline(paypalDeclines, issue).mapped, issue).toBe(true);
});

it.each([
  ['5120', 'insufficient_funds', 'later'],
  ['5400', 'expired_method', 'never'],
  ['5110', 'incorrect_details', 'correct'],
  ['5650', 'authentication_required', 'authenticate'],
  ['9100', 'issuer_unavailable', 'soon'],
  ['INSTRUMENT_DECLINED', 'unspecified', 'later'],
  ['PAYER_ACTION_REQUIRED', 'authentication_required', 'authenticate'],
] as const)('%s is %s, to be tried again: %s', (code, category, retry) => {
  expect(readDecline(paypalDeclines, code)).toMatchObject({ mapped: true, category, retry });
});

it('tells whoever tries a stolen card no more than any other', () => {
  for (const code of ['5150', '9500', '9520', 'TRANSACTION_BLOCKED_BY_PAYEE'])
    expect(paypalDeclines.rows[code]).toMatchObject({ retry: 'never', messageKey: 'payment.declined' });
});

const folder = process.env.IM_SPECS;
it.skipIf(folder === undefined && process.env.CI !== 'true')(
  'maps every code of PayPal’s description',
  () => {
    if (folder === undefined) throw new Error('IM_SPECS must name the folder of descriptions');
    const text = readFileSync(join(folder, 'paypal', 'checkout_orders_v2.json'), 'utf8');
    const { components } = JSON.parse(text) as {
      readonly components: {
        readonly schemas: Readonly<
          Record<string, { readonly properties?: Readonly<Record<string, Described>> }>
        >;
      };
    };
    const codes = components.schemas.processor_response?.properties?.response_code?.enum ?? [];
    expect(codes.length).toBeGreaterThan(100);
    expect(codes.filter((code) => code !== '0000' && !readDecline(paypalDeclines, code).mapped)).toEqual([]);
  },
);

interface Described {
  readonly enum?: readonly string[];
}
