/** From what a provider says to who somebody is. */
import type { ExternalIdentity } from '@im/auth/identity';
import type { Assertion } from './messages/assertion.ts';
import { refuse, require } from './refusals.ts';
import { nameIdFormats } from './xml/names.ts';

/** Names of attributes, the first of which that has a value counts. */
export interface AttributeMapping {
  /** An id that is never given to anybody else. Default: the NameID, which must not be transient then. */
  readonly subject?: string | readonly string[] | undefined;
  readonly email?: string | readonly string[] | undefined;
  readonly name?: string | readonly string[] | undefined;
  readonly groups?: string | readonly string[] | undefined;
}

/** What attributes are usually called: by LDAP's names, their object identifiers, and Microsoft's addresses. */
export const usualAttributes = {
  email: [
    'mail',
    'email',
    'emailAddress',
    'urn:oid:0.9.2342.19200300.100.1.3',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
  ],
  name: [
    'displayName',
    'urn:oid:2.16.840.1.113730.3.1.241',
    'http://schemas.microsoft.com/identity/claims/displayname',
    'cn',
    'urn:oid:2.5.4.3',
    'name',
  ],
  groups: [
    'groups',
    'memberOf',
    'isMemberOf',
    'urn:oid:1.3.6.1.4.1.5923.1.5.1.1',
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
    'http://schemas.xmlsoap.org/claims/Group',
  ],
} as const;

/** What is needed beside the assertion. */
export interface IdentitySource {
  readonly issuer: string;
  readonly tenant: string;
  readonly mapping: AttributeMapping;
  readonly trustEmail: boolean;
}

/** @throws Refused when the provider gives no name that lasts */
export function toIdentity(assertion: Assertion, source: IdentitySource): ExternalIdentity {
  const { nameId, attributes, authenticatedAt, context } = assertion;
  const { issuer, tenant, mapping, trustEmail } = source;
  const values = (names: string | readonly string[] | undefined): readonly string[] =>
    [names ?? []]
      .flat()
      .map((name) => attributes[name] ?? [])
      .find((found) => found.some((one) => one !== '')) ?? [];
  const isAddress = nameId.format === nameIdFormats.emailAddress;
  const email = values(mapping.email ?? usualAttributes.email)[0] ?? (isAddress ? nameId.value : undefined);
  return {
    issuer,
    subject: subjectOf(assertion, source, values(mapping.subject)),
    tenant,
    email,
    emailVerified: trustEmail && email !== undefined ? true : undefined,
    name: values(mapping.name ?? usualAttributes.name)[0],
    groups: values(mapping.groups ?? usualAttributes.groups),
    claims: { ...attributes, nameId },
    authenticatedAt,
    method: 'saml',
    acr: context,
  };
}

function subjectOf(
  { nameId }: Assertion,
  { issuer, mapping }: IdentitySource,
  mapped: readonly string[],
): string {
  if (mapping.subject !== undefined) {
    require(mapped.length === 1, 'subject_missing', `attributes.subject has ${mapped.length} values`);
    return mapped[0] ?? refuse('subject_missing');
  }
  require(nameId.format !==
    nameIdFormats.transient, 'unstable_subject', 'NameID is transient: set attributes.subject');
  // A provider that speaks for others says for whom (SAML Core §2.2.2): the same value of two of them is two people.
  const isOwn = nameId.nameQualifier === undefined || nameId.nameQualifier === issuer;
  return isOwn ? nameId.value : `${nameId.nameQualifier}!${nameId.value}`;
}
