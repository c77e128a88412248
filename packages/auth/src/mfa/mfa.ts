/** Second factors of a tenant's people, each kind in a file of its own. */
import { forgive } from '../common/attempts.ts';
import { type MfaOptions, openContext } from './context.ts';
import { createPasskeys } from './passkeys.ts';
import type { Passkey, Passkeys } from './passkeys.types.ts';
import { createRecoveryCodes, type RecoveryCodes } from './recovery-codes.ts';
import { createSentCodes, type SentCodes } from './sent-codes.ts';
import { createTotp, type Totp } from './totp.ts';

/** What somebody has set up. */
export interface Factors {
  readonly totp: boolean;
  readonly passkeys: readonly Passkey[];
  /** Recovery codes that are left. */
  readonly recoveryCodes: number;
}

/** Second factors in one tenant. */
export interface TenantMfa {
  readonly totp: Totp;
  readonly codes: SentCodes;
  readonly recovery: RecoveryCodes;
  readonly passkeys: Passkeys;
  factorsOf(subject: string): Promise<Factors>;
  /** Lets somebody who was locked out try again at once. */
  unlock(subject: string): Promise<void>;
  /** Takes every factor away, also those that were begun, as a help desk does that has made sure of the person. */
  reset(subject: string): Promise<void>;
}

/** Second factors of all tenants. */
export interface Mfa {
  tenant(id: string): TenantMfa;
}

/** Makes it. */
export function createMfa(options: MfaOptions): Mfa {
  return {
    tenant: (id) => {
      const factorsOf = async (subject: string): Promise<Factors> => ({
        totp: await totp.isEnrolled(subject),
        passkeys: await passkeys.list(subject),
        recoveryCodes: await recovery.left(subject),
      });
      const context = openContext(options, id, async (subject) => {
        const { totp: hasTotp, passkeys: keys, recoveryCodes } = await factorsOf(subject);
        return hasTotp || keys.length > 0 || recoveryCodes > 0;
      });
      const totp = createTotp(context);
      const recovery = createRecoveryCodes(context);
      const passkeys = createPasskeys(context);
      const codes = createSentCodes(context);
      return {
        totp,
        recovery,
        passkeys,
        codes,
        factorsOf,
        unlock: (subject) => forgive(context, subject),
        reset: async (subject) => {
          const keys = await passkeys.list(subject);
          const helpDesk = { level: 3 } as const;
          await Promise.all([
            totp.remove(subject, helpDesk),
            recovery.remove(subject, helpDesk),
            codes.remove(subject),
            ...keys.map(({ id: key }) => passkeys.remove(subject, key, helpDesk)),
          ]);
          await forgive(context, subject);
        },
      };
    },
  };
}
