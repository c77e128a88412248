/** Identities, suppressed addresses and sent e-mails of all accounts of the fake. */
import type { Clock } from '@im/core';

/** An e-mail that was accepted. */
export interface StoredEmail {
  readonly id: string;
  readonly from: string | undefined;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Of parts; of a template, filled in. */
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** Of a template: its name, or `inline`. */
  readonly template?: string | undefined;
  /** Whether its data lacked something: SES accepts such an e-mail, and then sends an event in its place. */
  readonly renderingFailed?: boolean | undefined;
  readonly data?: unknown;
  /** Complete. */
  readonly raw?: Uint8Array | undefined;
  /** Receivers that got nothing, since they are suppressed. */
  readonly suppressed: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** One sender. */
export interface StoredIdentity {
  readonly name: string;
  readonly isVerified: boolean;
}

/** A template. */
export interface StoredTemplate {
  readonly subject: string;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What one account has. */
export interface SesAccount {
  readonly identities: readonly StoredIdentity[];
  readonly templates: Map<string, StoredTemplate>;
  readonly configurationSets: ReadonlySet<string>;
  readonly suppressed: Map<string, { readonly reason: string; readonly at: number }>;
  readonly sent: StoredEmail[];
}

/** Senders that every account has from the beginning; the last is not verified yet. */
export const builtInIdentities = ['example.com', 'ann@example.org', 'example.net'] as const;

/** Makes the state. */
export function createSesState(clock: Clock) {
  const accounts = new Map<string, SesAccount>();
  const startedAt = clock.now();
  let count = 0;
  return {
    nextId() {
      count += 1;
      return `0100019a${String(count).padStart(8, '0')}-1a2b3c4d-0000-4000-8000-000000000000-000000`;
    },
    of(accountId: string): SesAccount {
      let account = accounts.get(accountId);
      if (account === undefined) {
        account = {
          identities: builtInIdentities.map((name) => ({ name, isVerified: name !== 'example.net' })),
          templates: new Map(
            ['welcome', 'receipt', 'obsolete'].map((name) => [
              name,
              { subject: `${name}: {{name}}`, text: 'Hello {{name}}', createdAt: startedAt },
            ]),
          ),
          configurationSets: new Set(['tracked']),
          suppressed: new Map(
            ['bounced@example.com', 'angry@example.com', 'gone@example.com'].map((address) => [
              address,
              { reason: address.startsWith('angry') ? 'COMPLAINT' : 'BOUNCE', at: startedAt },
            ]),
          ),
          sent: [],
        };
        accounts.set(accountId, account);
      }
      return account;
    },
  };
}

/** The state of a fake. */
export type SesState = ReturnType<typeof createSesState>;
