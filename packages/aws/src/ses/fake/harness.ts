/** One sample call of each operation, in an order in which each finds what it needs. */
import type { Harness, Samples } from '@im/testing';
import type { ses } from '../ses.ts';
import { startFake } from './start-fake.ts';

const samples: Samples<typeof ses> = {
  getAccount: [],
  sendEmail: [
    {
      from: { name: 'Größe & Co', address: 'shop@example.com' },
      to: ['Ann <ann@example.org>'],
      bcc: ['archive@example.com'],
      replyTo: ['help@example.com'],
      subject: 'Your order',
      text: 'It is on its way.',
      html: '<p>It is on its way.</p>',
      headers: { 'List-Unsubscribe': '<https://example.com/unsubscribe>' },
      tags: { campaign: 'orders' },
      configurationSet: 'tracked',
    },
  ],
  sendBulkEmail: [
    { from: 'shop@example.com', template: 'welcome', data: { name: 'you' }, tags: { campaign: 'welcome' } },
    [
      { to: ['ann@example.org'], data: { name: 'Ann' } },
      { to: ['bob@example.org'], tags: { campaign: 'other' }, headers: { 'X-Kind': 'second' } },
    ],
  ],
  listEmailIdentities: [],
  getEmailIdentity: ['ann@example.org'],
  suppress: ['new@example.com', 'bounce'],
  getSuppressed: ['angry@example.com'],
  listSuppressed: [{ reason: 'bounce', since: 0 }],
  unsuppress: ['gone@example.com'],
  createEmailTemplate: ['made-by-a-sample', { subject: 'Hello {{name}}', html: '<p>{{greeting}}</p>' }],
  updateEmailTemplate: ['made-by-a-sample', { subject: 'Hi {{name}}', text: '{{greeting}}' }],
  getEmailTemplate: ['welcome'],
  listEmailTemplates: [],
  deleteEmailTemplate: ['obsolete'],
};

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof ses> = { startFake, samples };
