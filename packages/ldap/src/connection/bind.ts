/** Binding: showing the directory who is asking (RFC 4511 §4.2). */
import { VendorError } from '@im/core';
import { BindRequest, PasswordPolicyControl, PasswordPolicyError } from 'ldapts';
import type { Answer, Connection, RequestCall } from './connection.ts';
import { fromResult } from './failures.ts';

const policyReasons: Readonly<Record<number, string>> = {
  [PasswordPolicyError.PasswordExpired]: 'policy_password_expired',
  [PasswordPolicyError.AccountLocked]: 'policy_account_locked',
  [PasswordPolicyError.ChangeAfterReset]: 'policy_password_must_change',
};

/** Whom to be bound as, and how that is shown: by a name and a password, or by SASL (RFC 4513 §5.2). */
export type Credentials =
  | { readonly dn: string; readonly password: string }
  | { readonly mechanism: 'PLAIN'; readonly name: string; readonly password: string }
  | { readonly mechanism: 'EXTERNAL' };

/** What came of a bind, with what a password policy says of it. */
export interface BindAnswer {
  readonly result: Answer['result'];
  readonly policyError: number | undefined;
}

/**
 * Asks to be bound. The password policy's control asks a server that has one to say why (draft-behera-ldap-password-policy §6); others
 * ignore it.
 *
 * @throws `VendorError` when the connection ends; nothing that the directory says
 */
export async function askToBind(
  connection: Connection,
  credentials: Credentials,
  call: RequestCall,
): Promise<BindAnswer> {
  // An empty password is an anonymous bind, which succeeds for everybody (RFC 4513 §5.1.2).
  if ('password' in credentials && credentials.password === '')
    throw new VendorError({ reason: 'invalidCredentials', sent: false });
  const policy = new PasswordPolicyControl();
  const words = wordsOf(credentials);
  const make = (messageId: number) => new BindRequest({ messageId, ...words, controls: [policy] });
  const { result } = await connection.request(make, call);
  return { result, policyError: policy.value?.error };
}

/** In SASL the name of the bind is empty: who it is stands in the credentials, or in the certificate that TLS showed. */
function wordsOf(credentials: Credentials): { dn?: string; password?: string; mechanism?: string } {
  if (!('mechanism' in credentials)) return credentials;
  const { mechanism } = credentials;
  // RFC 4616 §2: as whom to act (as who it is), who it is, password.
  if (mechanism === 'PLAIN') return { mechanism, password: `\0${credentials.name}\0${credentials.password}` };
  return { mechanism };
}

/** @throws `VendorError` unless it is bound now */
export function checkBind({ result, policyError }: BindAnswer): void {
  const reason = policyReasons[policyError ?? -1];
  if (reason !== undefined) throw new VendorError({ reason, sent: true });
  if (result.status !== 0) throw fromResult(result);
}

/** A bind that was sent and not answered may count as a wrong password: it must not be made again. */
export function unanswered(error: unknown): never {
  if (!(error instanceof VendorError) || !error.failure.sent) throw error;
  throw new VendorError({ ...error.failure, reason: 'bind_unanswered' }, { cause: error });
}
