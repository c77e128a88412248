import { isIntegrationError, Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { openRig } from './__tests__/rig.ts';
import { ldapErrors, rawDn } from './index.ts';
import { fakePeople } from './testing.ts';

const ada = fakePeople[0] ?? { dn: '', password: '' };

/** Result codes of RFC 4511 Appendix A, and what callers see of them. */
const results: readonly (readonly [number, string, string, boolean])[] = [
  [1, 'operationsError', 'internal', true],
  [2, 'protocolError', 'invalid_argument', false],
  [3, 'timeLimitExceeded', 'resource_exhausted', false],
  [4, 'sizeLimitExceeded', 'resource_exhausted', false],
  [7, 'authMethodNotSupported', 'failed_precondition', false],
  [8, 'strongerAuthRequired', 'failed_precondition', false],
  [10, 'referral', 'failed_precondition', false],
  [11, 'adminLimitExceeded', 'resource_exhausted', false],
  [12, 'unavailableCriticalExtension', 'unimplemented', false],
  [13, 'confidentialityRequired', 'failed_precondition', false],
  [14, 'saslBindInProgress', 'failed_precondition', false],
  [16, 'noSuchAttribute', 'not_found', false],
  [17, 'undefinedAttributeType', 'invalid_argument', false],
  [18, 'inappropriateMatching', 'invalid_argument', false],
  [19, 'constraintViolation', 'invalid_argument', false],
  [20, 'attributeOrValueExists', 'failed_precondition', false],
  [21, 'invalidAttributeSyntax', 'invalid_argument', false],
  [32, 'noSuchObject', 'not_found', false],
  [33, 'aliasProblem', 'failed_precondition', false],
  [34, 'invalidDNSyntax', 'invalid_argument', false],
  [36, 'aliasDereferencingProblem', 'failed_precondition', false],
  [48, 'inappropriateAuthentication', 'failed_precondition', false],
  [49, 'invalidCredentials', 'unauthenticated', false],
  [50, 'insufficientAccessRights', 'permission_denied', false],
  [51, 'busy', 'unavailable', true],
  [52, 'unavailable', 'unavailable', true],
  [53, 'unwillingToPerform', 'failed_precondition', false],
  [54, 'loopDetect', 'failed_precondition', false],
  [64, 'namingViolation', 'failed_precondition', false],
  [65, 'objectClassViolation', 'failed_precondition', false],
  [66, 'notAllowedOnNonLeaf', 'failed_precondition', false],
  [67, 'notAllowedOnRDN', 'failed_precondition', false],
  [68, 'entryAlreadyExists', 'already_exists', false],
  [69, 'objectClassModsProhibited', 'failed_precondition', false],
  [71, 'affectsMultipleDSAs', 'failed_precondition', false],
  [80, 'other', 'internal', true],
  [118, 'resultCode118', 'unavailable', true],
];

describe('a result of the directory', () => {
  it('becomes a canonical code, whatever words come with it', async () => {
    await using rig = await openRig();
    const client = rig.connect({}, { retry: false });
    for (const [code, reason, expected, retryable] of results) {
      rig.fake.answerWith('COMPARE', {
        code,
        diagnostic: 'words-of-the-server with a secret',
        referrals: code === 10 ? ['ldap://x'] : undefined,
      });
      const error = await rig.clock
        .until(client.compare(rawDn(ada.dn), 'cn', 'x'))
        .catch((thrown: unknown) => thrown);
      expect(error, reason).toMatchObject({
        code: expected,
        reason,
        retryable,
        provider: 'ldap',
        operation: 'compare',
        integration: 'ldap',
        tenant: 'acme',
        attempts: 1,
      });
      expect(String(error)).toMatch(/^IntegrationError: ldap\.compare: /);
      expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('words-of-the-server');
    }
  });

  it('that refuses a change says that nothing was done; one that was not answered does not', async () => {
    await using rig = await openRig();
    const client = rig.connect();
    const change = () => client.setPassword(rawDn(ada.dn), new Secret('a-new-password-of-ada'));
    for (const [code] of results.filter(([code]) => ![2, 10, 118].includes(code))) {
      rig.fake.answerWith('EXTENDED', { code });
      const error = await rig.until(change()).catch((thrown: unknown) => thrown);
      expect(isIntegrationError(error) && error.effect, String(code)).toBe(
        [1, 80].includes(code) ? 'unknown' : 'none',
      );
    }
    rig.fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'EXTENDED' });
    await expect(rig.until(change())).rejects.toMatchObject({ code: 'unavailable', effect: 'unknown' });
  });
});

it('every row of the table can be reached by a name that this package gives', () => {
  const names = results.map(([, reason]) => reason);
  const own = [
    'service_credentials',
    'no_such_user',
    'ambiguous_user',
    'no_stable_id',
    'too_many_groups',
    'cursor_gone',
    'bind_unanswered',
    'connection_refused',
    'certificate_refused',
    'not_ldap',
    'ad_account_disabled',
    'ad_account_expired',
    'ad_account_locked',
    'ad_logon_hours',
    'policy_password_expired',
    'policy_password_must_change',
  ];
  for (const { reason } of ldapErrors.rows) {
    const fits = [...names, ...own].some((name) =>
      typeof reason === 'string' ? reason === name : reason?.test(name),
    );
    expect(fits, String(reason)).toBe(true);
  }
});
