import { secret } from '@im/core';
import { z } from 'zod';
import { bindFaults } from './bind-options.ts';
import { rawDn } from './text/dn.ts';
import { rawFilter } from './text/filter.ts';

/** Whether `read` takes it, for text that has a grammar of its own. */
const readable = (read: (text: string) => unknown) => (text: string) => {
  try {
    read(text);
    return true;
  } catch {
    return false;
  }
};

const dnText = z.string().refine(readable(rawDn), 'must be a distinguished name, such as dc=example,dc=org');
const filterText = z
  .string()
  .refine(readable(rawFilter), 'must be a search filter, such as (objectClass=inetOrgPerson)');
const attribute = z
  .string()
  .regex(/^([a-zA-Z][\w-]*)?$/, 'must be the name of an attribute')
  .optional();

const pem = (what: string) =>
  z.string().regex(new RegExp(`-----BEGIN ${what}-----`), `must be a ${what.toLowerCase()} in PEM`);

/** A server by scheme, host and port alone: what else a URL of RFC 4516 may hold is said by other options. */
const serverUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^ldaps?:\/\/[^/?#@]+\/?$/i.test(text),
    'must be ldap://host, ldaps://host, or either with a port',
  );

/** Options of `@im/ldap`. */
export const ldapOptions = z
  .strictObject({
    urls: z
      .array(serverUrl)
      .min(1)
      .describe(
        'servers of one directory, in order of preference: `ldaps://dc1.example.org`, `ldap://dc2.example.org`; the next is asked when one fails',
      ),
    baseDn: dnText.describe('where the directory begins for this application: `dc=example,dc=org`'),
    userBaseDn: dnText.optional().describe('where people are searched; default: `baseDn`'),
    groupBaseDn: dnText.optional().describe('where groups are searched; default: `baseDn`'),
    bindDn: dnText
      .optional()
      .describe('whom searches are made as; absent, with neither of the two others: anonymously'),
    bindName: z
      .string()
      .min(1)
      .regex(/^[^\0]*$/, 'must have no NUL')
      .optional()
      .describe('the same by a login in place of a name, for directories that have SASL PLAIN (RFC 4616)'),
    bindPassword: secret().optional().describe('password of `bindDn` or `bindName`'),
    clientCertificate: pem('CERTIFICATE')
      .optional()
      .describe(
        'shown to servers, PEM; without `bindDn` and `bindName`, searches are made as whom it names (SASL EXTERNAL)',
      ),
    clientKey: secret().optional().describe('private key of `clientCertificate`, PEM'),
    startTls: z
      .boolean()
      .default(true)
      .describe(
        'whether `ldap://` is secured by StartTLS before anything else is sent; `false` sends passwords in the clear, for a directory on this machine alone',
      ),
    ca: pem('CERTIFICATE')
      .optional()
      .describe("certificates that the servers' are checked by, PEM; default: those of the system"),
    serverName: z
      .string()
      .optional()
      .describe("name that the servers' certificates must hold; default: the host of each URL"),
    privateNetwork: z
      .boolean()
      .default(true)
      .describe(
        'whether servers may have internal addresses; `false` where `urls` were written by somebody whom you do not trust with your network',
      ),
    connectTimeoutMs: z
      .number()
      .int()
      .min(1)
      .default(5_000)
      .describe('how long a server may take to be connected, secured and bound to, in milliseconds'),
    answerTimeoutMs: z
      .number()
      .int()
      .min(1)
      .default(10_000)
      .describe(
        'how long a server may take to answer a search before another one is asked, in milliseconds; a sign-in has the whole time of its call, since it is not repeated',
      ),
    claims: z
      .array(z.string().regex(/^[a-zA-Z][\w;-]*$/, 'must be the name of an attribute'))
      .default([])
      .describe('more attributes that identities carry, such as `department`'),
    poolSize: z.number().int().min(1).max(1_000).default(8).describe('most connections for searches'),
    idleMs: z
      .number()
      .int()
      .min(0)
      .default(60_000)
      .describe('how long a connection that nobody uses stays open, in milliseconds'),
    pageSize: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(500)
      .describe('entries a page; Active Directory gives 1,000 at most'),
    maxMessageBytes: z
      .number()
      .int()
      .min(1_024)
      .default(8 * 1024 * 1024)
      .describe('largest message taken from a server, in bytes: one entry with its attributes'),
    schema: z
      .enum(['openldap', 'active-directory'])
      .default('openldap')
      .describe('names of attributes, and how groups are told'),
    attributes: z
      .strictObject({
        login: attribute.describe(
          'by what people sign in; default: `uid`, in Active Directory `sAMAccountName`',
        ),
        id: attribute.describe(
          'an id never given again; default: `entryUUID`, in Active Directory `objectGUID`',
        ),
        email: attribute.describe('default: `mail`'),
        name: attribute.describe('for display; default: `cn`, in Active Directory `displayName`'),
        memberOf: attribute.describe(
          'the groups of an entry; default: `memberOf`; empty where the directory does not keep it, and groups are searched by `member`',
        ),
        member: attribute.describe('by DN, who is in a group; default: `member`'),
        groupName: attribute.describe('default: `cn`'),
      })
      .prefault({}),
    userFilter: filterText.optional().describe('which entries are people, RFC 4515; default: by the schema'),
    groupFilter: filterText.optional().describe('which entries are groups, RFC 4515; default: by the schema'),
    nestedGroups: z.boolean().default(true).describe('whether groups in groups count'),
    maxGroups: z
      .number()
      .int()
      .min(1)
      .default(2_000)
      .describe('most groups of one person; more is an error, never a shorter list'),
    issuer: z
      .string()
      .min(1)
      .optional()
      .describe('name of this directory in the identities that it gives; default: `ldap:///` and `baseDn`'),
  })
  .superRefine((options, context) => {
    for (const [path, message] of bindFaults(options))
      context.addIssue({ code: 'custom', path: [path], message });
  });

/** Options as an application writes them. */
export type LdapOptions = z.input<typeof ldapOptions>;

/** Options as they are used. */
export type CheckedOptions = z.output<typeof ldapOptions>;
