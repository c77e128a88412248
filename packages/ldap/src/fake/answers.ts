/** What the directory answers: each request with the state of its connection, as OpenLDAP does. */
import { PagedResultsControl, PasswordPolicyControl } from 'ldapts';
import { rawDn } from '../text/dn.ts';
import {
  decodePaging,
  decodePasswordChange,
  type FakeControl,
  type FakeMessage,
  type FakeRequest,
} from './decode.ts';
import {
  answerTags,
  encodeEntry,
  encodePaging,
  encodeReference,
  encodeResult,
  type FakeResult,
} from './encode.ts';
import type { FakeEntry, Tree } from './tree.ts';
import { fakeBaseDn } from './world.ts';

/** What is remembered of one connection. */
export interface Session {
  /** Whom it is bound as; empty: anonymous. */
  boundAs: string;
  secured: boolean;
  /** The one paged search that stands open, as in OpenLDAP. */
  paged: { readonly cookie: Buffer; readonly rest: readonly FakeEntry[] } | undefined;
}

/** What the fake is made of. */
export interface World {
  readonly tree: Tree;
  /** Passwords of service accounts by name. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Subtrees of other servers, by the name where they would stand. */
  readonly references: ReadonlyMap<string, string>;
  /** A refusal that was scripted, by the name bound as. */
  readonly refusals: ReadonlyMap<string, FakeResult & { readonly policyError?: number }>;
  readonly acceptsTls: boolean;
  newCookie(): Buffer;
}

const startTlsOid = '1.3.6.1.4.1.1466.20037';
const passwordModifyOid = '1.3.6.1.4.1.4203.1.11.1';

type Answering<Kind extends FakeRequest['kind']> = (
  request: Extract<FakeRequest, { kind: Kind }>,
  message: FakeMessage,
  session: Session,
  world: World,
) => readonly Buffer[];

/** The messages of the answer. */
export function answer(message: FakeMessage, session: Session, world: World): readonly Buffer[] {
  const { request } = message;
  switch (request.kind) {
    case 'bind':
      return bind(request, message, session, world);
    case 'search':
      return search(request, message, session, world);
    case 'compare':
      return compare(request, message, session, world);
    case 'modify':
      return modify(request, message, session, world);
    case 'extended':
      return extended(request, message, session, world);
    default:
      return [encodeResult(message.id, answerTags.unknown, { code: 2 })];
  }
}

const bind: Answering<'bind'> = (request, message, session, world) => {
  const { id, controls } = message;
  const [dn, password] = shownBy(request);
  const end = (result: FakeResult, more: Parameters<typeof encodeResult>[3] = []) => [
    encodeResult(id, answerTags.bind, result, more),
  ];
  session.boundAs = '';
  if (password === undefined) return end({ code: 7, diagnostic: 'only simple binds and PLAIN are known' });
  // RFC 4513 §5.1.2: OpenLDAP refuses a name without a password, and takes neither for an anonymous bind.
  if (password === '') return end(dn === '' ? { code: 0 } : { code: 53, diagnostic: 'unauthenticated bind' });
  const scripted = world.refusals.get(keyOf(dn));
  if (scripted !== undefined) {
    const asks = controls.some(({ oid }) => oid === PasswordPolicyControl.type);
    const { policyError } = scripted;
    const policy = {
      oid: PasswordPolicyControl.type,
      value: Buffer.from([0x30, 3, 0x81, 1, policyError ?? 0]),
    };
    return end(scripted, asks && policyError !== undefined ? [policy] : []);
  }
  const known =
    world.accounts.get(keyOf(dn)) ?? world.tree.get(dn)?.attributes.get('userpassword')?.values[0];
  if (known?.toString() !== password) return end({ code: 49 });
  session.boundAs = dn;
  return end({ code: 0 });
};

/** Who it is said to be, and by which password. A login of SASL PLAIN is that of a service account. */
function shownBy({
  dn,
  password,
  sasl,
}: Extract<FakeRequest, { kind: 'bind' }>): readonly [dn: string, password: string | undefined] {
  const [, login, shown] =
    sasl?.mechanism === 'PLAIN' ? (/^\0([^\0]+)\0([^\0]+)$/.exec(sasl.credentials) ?? []) : [];
  return login === undefined ? [dn, password] : [`cn=${login},ou=services,${fakeBaseDn}`, shown];
}

function keyOf(dn: string): string {
  try {
    return rawDn(dn).key;
  } catch {
    // It names nobody.
    return `\u0000${dn}`;
  }
}

const search: Answering<'search'> = (request, { id, controls }, session, { tree, references, newCookie }) => {
  const end = (
    result: FakeResult,
    before: readonly Buffer[] = [],
    more: Parameters<typeof encodeResult>[3] = [],
  ) => [...before, encodeResult(id, answerTags.search, result, more)];
  if (session.boundAs === '') return end({ code: 50, diagnostic: 'bind first' });
  const elsewhere = [...references].find(([dn]) => rawDn(request.base).isWithin(rawDn(dn)));
  if (elsewhere !== undefined) return end({ code: 10, referrals: [elsewhere[1]] });
  const scope = tree.within(request.base, request.scope);
  if (scope === undefined) return end({ code: 32 });
  const entry = (one: FakeEntry) => encodeEntry(id, one.dn.text, tree.select(one, request.attributes));
  const paging = controls.find(({ oid }) => oid === PagedResultsControl.type);
  const found = scope.filter((one) => tree.fits(one, request.filter));
  if (paging === undefined) {
    const isCut = request.sizeLimit > 0 && found.length > request.sizeLimit;
    const given = isCut ? found.slice(0, request.sizeLimit) : found;
    const beyond = request.scope === 2 ? [...references.values()].map((url) => encodeReference(id, url)) : [];
    return end({ code: isCut ? 4 : 0 }, [...given.map(entry), ...beyond]);
  }
  const page = takePage(found, paging, session, newCookie);
  if (page === undefined) return end({ code: 53, diagnostic: 'paged results cookie is invalid or old' });
  const value = encodePaging(page.cookie);
  return end({ code: 0 }, page.given.map(entry), [{ oid: PagedResultsControl.type, value }]);
};

function takePage(
  found: readonly FakeEntry[],
  { value }: FakeControl,
  session: Session,
  newCookie: () => Buffer,
): { readonly given: readonly FakeEntry[]; readonly cookie: Buffer } | undefined {
  const { size, cookie } = decodePaging(value ?? Buffer.alloc(0));
  if (cookie.length > 0 && session.paged?.cookie.equals(cookie) !== true) return undefined;
  const rest = cookie.length > 0 ? (session.paged?.rest ?? []) : found;
  const isMore = rest.length > size;
  const next = isMore ? newCookie() : Buffer.alloc(0);
  session.paged = isMore ? { cookie: next, rest: rest.slice(size) } : undefined;
  return { given: rest.slice(0, size), cookie: next };
}

const compare: Answering<'compare'> = ({ dn, attribute, value }, { id }, session, { tree }) => {
  const end = (code: number) => [encodeResult(id, answerTags.compare, { code })];
  if (session.boundAs === '') return end(50);
  const entry = tree.get(dn);
  if (entry === undefined) return end(32);
  if (tree.values(entry, attribute).length === 0) return end(16);
  return end(tree.fits(entry, { kind: 'equal', attribute, value }) ? 6 : 5);
};

const modify: Answering<'modify'> = ({ dn, changes }, { id }, session, world) => {
  const end = (code: number, diagnostic?: string) => [
    encodeResult(id, answerTags.modify, { code, diagnostic }),
  ];
  if (!world.accounts.has(keyOf(session.boundAs))) return end(50);
  const [change] = changes;
  // Of all that can be modified this is a password in Active Directory's form.
  if (change?.attribute.toLowerCase() !== 'unicodepwd' || change.operation !== 2) return end(53);
  const quoted = change.values[0]?.toString('utf16le') ?? '';
  return end(setPassword(world, dn, /^"(.*)"$/s.exec(quoted)?.[1]));
};

const extended: Answering<'extended'> = ({ oid, value }, { id }, session, world) => {
  const end = (code: number, diagnostic?: string) => [
    encodeResult(id, answerTags.extended, { code, diagnostic }),
  ];
  if (oid === startTlsOid) {
    if (!world.acceptsTls || session.secured) return end(session.secured ? 1 : 2, 'no TLS here');
    return end(0);
  }
  if (oid !== passwordModifyOid || value === undefined) return end(2, 'unknown extended operation');
  if (!world.accounts.has(keyOf(session.boundAs))) return end(50);
  const { dn = session.boundAs, password } = decodePasswordChange(value);
  return end(setPassword(world, dn, password));
};

/** Shortest password that the fake's policy takes. */
const shortestPassword = 8;

function setPassword({ tree }: World, dn: string, password: string | undefined): number {
  const entry = tree.get(dn);
  if (entry === undefined) return 32;
  if (password === undefined || password.length < shortestPassword) return 19;
  entry.attributes.set('userpassword', { name: 'userPassword', values: [Buffer.from(password)] });
  return 0;
}
