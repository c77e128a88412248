/** Accounts of a fake of AWS: one for each tenant, with an access key, a role, and the sessions that were issued for it. */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import type { KnownCredentials } from './verify-signature.ts';

/** One account. Always the same for the same tenant and seed. */
export interface FakeAccount {
  readonly tenant: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** A role of the account that its access key may take on. */
  readonly roleArn: string;
  /** A token of an identity provider that the role trusts. */
  readonly webIdentityToken: string;
}

/** Keys of a session, as STS issues them. */
export interface FakeSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** `arn:aws:sts::…:assumed-role/reader/im`. */
  readonly arn: string;
}

/** Who made a request. */
export interface Principal {
  readonly account: FakeAccount;
  readonly arn: string;
}

/** The accounts of one fake. */
export interface FakeAccounts {
  of(tenant: string): FakeAccount;
  /** The account with this number, if somebody asked for it. */
  byId(accountId: string): FakeAccount | undefined;
  principal(accessKeyId: string): Principal | undefined;
  credentials(accessKeyId: string): KnownCredentials | undefined;
  issueSession(account: FakeAccount, sessionName: string, seconds: number): FakeSession;
  /** Every session that was issued so far is refused as expired from now on. */
  expireSessions(): void;
}

/** Makes the accounts. */
export function createAccounts(clock: Clock, seed: number): FakeAccounts {
  const accounts = new Map<string, FakeAccount>();
  const sessions = new Map<string, { readonly account: FakeAccount; session: FakeSession }>();
  const byKey = new Map<string, FakeAccount>();

  const of = (tenant: string): FakeAccount => {
    const known = accounts.get(tenant);
    if (known !== undefined) return known;
    const account = accountOf(tenant, seed);
    accounts.set(tenant, account);
    byKey.set(account.accessKeyId, account);
    return account;
  };

  return {
    of,
    byId: (accountId) => [...accounts.values()].find((account) => account.accountId === accountId),
    principal(accessKeyId) {
      const account = byKey.get(accessKeyId);
      if (account !== undefined) return { account, arn: `arn:aws:iam::${account.accountId}:user/im` };
      const issued = sessions.get(accessKeyId);
      return issued && { account: issued.account, arn: issued.session.arn };
    },
    credentials: (accessKeyId) => byKey.get(accessKeyId) ?? sessions.get(accessKeyId)?.session,
    issueSession(account, sessionName, seconds) {
      const number = sessions.size + 1;
      const session: FakeSession = {
        accessKeyId: `ASIA${letters(`${seed}/${account.tenant}/session/${number}`, 16)}`,
        secretAccessKey: secret(`${seed}/${account.tenant}/session-secret/${number}`),
        // Names the key that it was had with, so that a test can tell whose it is.
        sessionToken: `IQoJb3Jp${account.accessKeyId}${secret(`${seed}/${account.tenant}/token/${number}`)}`,
        expiresAt: clock.now() + seconds * 1_000,
        arn: `arn:aws:sts::${account.accountId}:assumed-role/im/${sessionName}`,
      };
      sessions.set(session.accessKeyId, { account, session });
      return session;
    },
    expireSessions() {
      for (const issued of sessions.values())
        issued.session = { ...issued.session, expiresAt: Math.min(issued.session.expiresAt, clock.now()) };
    },
  };
}

function accountOf(tenant: string, seed: number): FakeAccount {
  const name = `${seed}/${tenant}`;
  const digits = BigInt(`0x${digest(`${name}/account`, 'hex').slice(0, 16)}`) % 900_000_000_000n;
  const accountId = String(100_000_000_000n + digits);
  return {
    tenant,
    accountId,
    accessKeyId: `AKIA${letters(`${name}/key`, 16)}`,
    secretAccessKey: secret(`${name}/secret`),
    roleArn: `arn:aws:iam::${accountId}:role/im`,
    webIdentityToken: secret(`${name}/web-identity`),
  };
}

function letters(name: string, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return [...createHash('sha256').update(name).digest()]
    .map((byte) => alphabet[byte % alphabet.length])
    .join('')
    .slice(0, length);
}

function secret(name: string): string {
  return digest(name, 'base64').slice(0, 40);
}

function digest(name: string, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(name).digest(encoding);
}
