/** What a directory's failures mean. */
import type { ErrorTable } from '@im/core';

/**
 * By the names of RFC 4511, those that Active Directory adds (`ad_…`), those of password policies (`policy_…`), and those of this package
 * for what happens to a connection. A result that is an error says that nothing was done.
 */
export const ldapErrors: ErrorTable = {
  docs: 'https://www.rfc-editor.org/rfc/rfc4511#appendix-A',
  rows: [
    // Sign-in and the service account.
    {
      reason: /^(invalidCredentials|ad_bad_credentials|ad_no_such_user)$/,
      code: 'unauthenticated',
      effect: 'none',
      says: 'name or password is wrong',
    },
    {
      reason: 'service_credentials',
      code: 'unauthenticated',
      effect: 'none',
      says: 'the directory refuses bindDn with bindPassword',
      remedy: 'check both',
    },
    {
      reason: /^(ad_password_expired|policy_password_expired)$/,
      code: 'failed_precondition',
      effect: 'none',
      says: 'the password has expired',
      remedy: 'set a new one',
    },
    {
      reason: /^(ad_password_must_change|policy_password_must_change)$/,
      code: 'failed_precondition',
      effect: 'none',
      says: 'the password must be changed before the first use',
      remedy: 'set a new one',
    },
    {
      reason: 'ad_account_disabled',
      code: 'permission_denied',
      effect: 'none',
      says: 'the account is disabled',
      remedy: 'ask the administrator of the directory',
    },
    {
      reason: 'ad_account_expired',
      code: 'permission_denied',
      effect: 'none',
      says: 'the account has expired',
      remedy: 'ask the administrator of the directory',
    },
    {
      reason: /^(ad_account_locked|policy_account_locked)$/,
      code: 'permission_denied',
      effect: 'none',
      says: 'the account is locked',
      remedy: 'wait, or ask the administrator of the directory',
    },
    {
      reason: /^ad_(logon_hours|workstation)$/,
      code: 'permission_denied',
      effect: 'none',
      says: 'the account may not sign in now or from here',
    },
    {
      reason: /^(inappropriateAuthentication|authMethodNotSupported|saslBindInProgress)$/,
      code: 'failed_precondition',
      effect: 'none',
      says: 'the directory does not take this kind of sign-in',
    },
    {
      reason: /^(confidentialityRequired|strongerAuthRequired)$/,
      code: 'failed_precondition',
      effect: 'none',
      says: 'the directory wants a secured connection',
      remedy: 'use ldaps:// or startTls',
    },
    {
      reason: 'insufficientAccessRights',
      code: 'permission_denied',
      effect: 'none',
      says: 'the account of bindDn may not do this',
    },

    // What was asked for.
    { reason: 'noSuchObject', code: 'not_found', effect: 'none', says: 'there is no such entry' },
    { reason: 'no_such_user', code: 'not_found', effect: 'none', says: 'there is no such person' },
    {
      reason: 'ambiguous_user',
      code: 'failed_precondition',
      effect: 'none',
      says: 'several people go by this name',
      remedy: 'set userBaseDn, userFilter or attributes.login so that it names one',
    },
    {
      reason: 'no_stable_id',
      code: 'failed_precondition',
      effect: 'none',
      says: 'the entry has no id that bindDn may read',
      remedy: 'let it read attributes.id, or name another attribute',
    },
    { reason: 'noSuchAttribute', code: 'not_found', effect: 'none', says: 'the entry has no such attribute' },
    {
      reason:
        /^(undefinedAttributeType|inappropriateMatching|invalidAttributeSyntax|invalidDNSyntax|protocolError)$/,
      code: 'invalid_argument',
      effect: 'none',
    },
    {
      reason: 'unavailableCriticalExtension',
      code: 'unimplemented',
      effect: 'none',
      says: 'the directory does not know an extension that this needs, such as paging',
    },
    { reason: 'entryAlreadyExists', code: 'already_exists', effect: 'none' },
    {
      reason: 'constraintViolation',
      code: 'invalid_argument',
      effect: 'none',
      says: 'the directory refuses the value, such as a password that is too short or was used before',
    },
    {
      reason:
        /^(attributeOrValueExists|namingViolation|objectClassViolation|notAllowedOn(NonLeaf|RDN)|objectClassModsProhibited|affectsMultipleDSAs|aliasProblem|aliasDereferencingProblem|unwillingToPerform|loopDetect)$/,
      code: 'failed_precondition',
      effect: 'none',
    },
    {
      reason: 'referral',
      code: 'failed_precondition',
      effect: 'none',
      says: 'the directory refers to another server, which is never followed: it would be given the password',
      remedy: 'name that server in urls, or another baseDn',
    },
    {
      reason: /^(sizeLimitExceeded|adminLimitExceeded|timeLimitExceeded)$/,
      code: 'resource_exhausted',
      retryable: false,
      effect: 'none',
      says: 'the search reaches a limit of the directory',
      remedy: 'narrow it, or have the limit of bindDn raised',
    },
    {
      reason: 'too_many_groups',
      code: 'resource_exhausted',
      retryable: false,
      effect: 'none',
      says: 'there are more groups than maxGroups',
    },
    {
      reason: 'cursor_gone',
      code: 'failed_precondition',
      effect: 'none',
      says: 'the search cannot go on here, since the directory has changed or the cursor is of another search',
      remedy: 'begin it anew',
    },

    // The directory itself.
    {
      reason: /^(busy|unavailable)$/,
      code: 'unavailable',
      effect: 'none',
      says: 'the directory has no time now',
    },
    { reason: /^(other|operationsError)$/, code: 'internal', retryable: true },
    {
      reason: /^(connection_refused|unknown_host|connect_timeout|connection_lost|no_answer)$/,
      code: 'unavailable',
    },
    { reason: 'bind_unanswered', code: 'unavailable', retryable: false, remedy: 'let the person try again' },
    {
      reason: /^(tls_failed|certificate_refused|start_tls_refused)$/,
      code: 'failed_precondition',
      remedy: 'check ca, serverName, and the certificates of the servers',
    },
    { reason: /^(not_ldap|message_too_large)$/, code: 'internal' },
  ],
};
