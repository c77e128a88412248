/** Codes on paper, for the day on which the phone is gone: ten, each taken once. They stand at rest in an envelope. */
import { Secret } from '@im/core';
import { attempt } from '../common/attempts.ts';
import type { RandomBytes } from '../common/random.ts';
import { isSameSecret } from '../common/same-secret.ts';
import { checkSubject } from '../session/subject.ts';
import { type FactorChange, type MfaContext, precondition, readCode, refuse, type Shown } from './context.ts';

/** Recovery codes of one tenant's people. */
export interface RecoveryCodes {
  /** Makes new ones; the old are no good any more. Show them once. @throws {@link IntegrationError} `permission_denied`, reason `step_up_required` */
  create(subject: string, change?: FactorChange): Promise<readonly Secret[]>;
  /** @throws {@link IntegrationError} `unauthenticated`, reason `wrong_code`; `resource_exhausted`; `failed_precondition` without any */
  verify(subject: string, code: string): Promise<Shown>;
  /** How many are left. */
  left(subject: string): Promise<number>;
  /** @throws {@link IntegrationError} `permission_denied`, reason `step_up_required` */
  remove(subject: string, change?: FactorChange): Promise<boolean>;
}

interface Stored {
  /** Their texts as JSON, in the envelope. */
  readonly sealed: string;
  readonly left: number;
}

const count = 10;
/** Without letters and digits that look alike (Crockford's base 32). */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Makes it. */
export function createRecoveryCodes(context: MfaContext): RecoveryCodes {
  const { state, envelope, tenant, audit, randomBytes, mayChange } = context;
  const binding = (subject: string) => [tenant, 'recovery', subject];
  const sealed = async (subject: string, codes: readonly string[]): Promise<string> => {
    const stored: Stored = {
      sealed: await envelope.seal(JSON.stringify(codes), binding(subject)),
      left: codes.length,
    };
    return JSON.stringify(stored);
  };

  return {
    create: async (subject, change) => {
      checkSubject(subject, 'mfa');
      await mayChange(subject, 'recovery', change);
      const codes = Array.from({ length: count }, () => newCode(randomBytes));
      await state.set(keyOf(subject), await sealed(subject, codes));
      audit.note({ type: 'mfa.enrolled', tenant, subject, facts: { factor: 'recovery' } });
      return codes.map((code) => new Secret(code.replace(/(.{4})(?=.)/g, '$1-')));
    },
    verify: async (subject, code) => {
      const found = await state.get(keyOf(subject));
      if (found === undefined)
        throw precondition(context, 'not_enrolled', 'there are no recovery codes', 'use another factor');
      return attempt(context, subject, 'recovery', async () => {
        const stored = JSON.parse(found.value) as Stored;
        const codes = JSON.parse(await envelope.open(stored.sealed, binding(subject))) as string[];
        const given = readable(readCode(code));
        // All of them are compared: the time tells not even which.
        const matches = codes.map((one) => isSameSecret(given, one));
        if (!matches.includes(true)) throw refuse(context, 'recovery', 'wrong_code', subject);
        const left = codes.filter((_, index) => !matches[index]);
        const written = await state.compareAndSet(keyOf(subject), found.version, await sealed(subject, left));
        if (written === undefined) throw refuse(context, 'recovery', 'replayed', subject);
        audit.note({
          type: 'mfa.verified',
          tenant,
          subject,
          facts: { factor: 'recovery', left: left.length },
        });
        return { subject, level: 2, method: 'otp' };
      });
    },
    left: async (subject) => {
      const found = await state.get(keyOf(subject));
      return found === undefined ? 0 : (JSON.parse(found.value) as Stored).left;
    },
    remove: async (subject, change) => {
      await mayChange(subject, 'recovery', change);
      const isRemoved = await state.delete(keyOf(subject));
      if (isRemoved) audit.note({ type: 'mfa.removed', tenant, subject, facts: { factor: 'recovery' } });
      return isRemoved;
    },
  };
}

const keyOf = (subject: string) => `recovery/${subject}`;

/** 16 characters: 80 bits. */
function newCode(random: RandomBytes): string {
  return Array.from(random(16), (byte) => alphabet[byte % alphabet.length]).join('');
}

/** As people copy it: in capitals, without the hyphens, with an O for a zero. */
function readable(code: string): string {
  return code.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
}
