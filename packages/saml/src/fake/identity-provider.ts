/**
 * A fake identity provider: it reads requests as strictly as ours are read, and answers honestly, or as a script says. Its answers are checked by
 * SimpleSAMLphp's own library in this package's tests, and ours by it.
 */
import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '@im/core';
import { readRedirect } from '../crypto/redirect.ts';
import { type Incoming, readPost, send } from '../flow/bindings.ts';
import { postPage } from '../flow/pages.ts';
import { logoutRequestXml, logoutResponseXml, readLogout } from '../messages/logout.ts';
import type { ServiceKey } from '../options.ts';
import { refuse } from '../refusals.ts';
import { parseXml } from '../xml/strict.ts';
import { makeKey } from './certificate.ts';
import { choicePage } from './choice-page.ts';
import { fakeMetadataXml } from './metadata.ts';
import { fakePeople } from './people.ts';
import {
  type FakeClient,
  issuerOf,
  type ReceivedAuthnRequest,
  readAuthnRequest,
  trustOf,
} from './read-request.ts';
import type { AnswerScript, FakePerson } from './script.ts';
import { answerXml, signAs } from './write-answer.ts';

/** How it is made. */
export interface FakeIdentityProviderOptions {
  /** Where it is reached: `http://127.0.0.1:40123`. */
  readonly baseUrl: string;
  /** Default: the base URL and `/metadata`. */
  readonly entityId?: string | undefined;
  /** Services that it answers. More can be added. */
  readonly clients?: readonly FakeClient[] | undefined;
  /** People by login. Default: `ada` and `grace`. */
  readonly people?: Readonly<Record<string, FakePerson>> | undefined;
  /** Who is signed in without being asked. Default: a page asks. */
  readonly signedIn?: string | undefined;
  readonly key?: ServiceKey | undefined;
  readonly clock?: Clock | undefined;
}

/** Somebody's session at the fake. */
interface FakeSession {
  readonly person: FakePerson;
  readonly index: string;
}

/** Made once: keys take their time. */
let sharedKey: ServiceKey | undefined;

/** See the head of this file. */
export class FakeIdentityProvider {
  readonly entityId: string;
  readonly baseUrl: string;
  readonly people: Readonly<Record<string, FakePerson>>;
  /** Requests for sign-in that came, in order. */
  readonly requests: ReceivedAuthnRequest[] = [];
  /** Sessions by index. */
  readonly sessions = new Map<string, FakeSession>();
  /** Who is signed in without being asked. */
  signedIn: string | undefined;
  /** What the next answers are like. */
  script: AnswerScript = {};
  readonly #clients = new Map<string, FakeClient>();
  readonly #clock: Clock;
  #key: ServiceKey;
  #older: readonly ServiceKey[] = [];

  constructor(options: FakeIdentityProviderOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.entityId = options.entityId ?? `${this.baseUrl}/metadata`;
    this.people = options.people ?? fakePeople;
    this.signedIn = options.signedIn;
    this.#clock = options.clock ?? systemClock;
    sharedKey ??= makeKey('Fake identity provider');
    this.#key = options.key ?? sharedKey;
    for (const client of options.clients ?? []) this.addClient(client);
  }

  get key(): ServiceKey {
    return this.#key;
  }

  addClient(client: FakeClient): void {
    this.#clients.set(client.entityId, client);
  }

  /** Signs by another key from now on; the metadata holds both until {@link dropOlderKeys}. */
  rotateKey(key: ServiceKey): void {
    this.#older = [this.#key, ...this.#older];
    this.#key = key;
  }

  dropOlderKeys(): void {
    this.#older = [];
  }

  /** Its metadata; `more` stands on the root, such as `validUntil`. */
  metadata(more: Readonly<Record<string, string>> = {}): string {
    const certificates = [this.#key, ...this.#older].map(({ certificate }) => certificate);
    return fakeMetadataXml({
      id: newId(),
      entityId: this.entityId,
      baseUrl: this.baseUrl,
      certificates,
      more,
    });
  }

  /** Answers a browser: `/metadata`, `/sso`, `/logout`. */
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname.slice(url.pathname.lastIndexOf('/'));
    if (path === '/metadata')
      return new Response(this.metadata(), { headers: { 'content-type': 'application/samlmetadata+xml' } });
    if (path === '/sso') return this.#signOn(request, url);
    if (path === '/logout') return this.#logout(request);
    return new Response('there is no such page', { status: 404 });
  }

  async #signOn(request: Request, url: URL): Promise<Response> {
    const isPost = request.method === 'POST';
    const fields = isPost ? new URLSearchParams(await request.clone().text()) : url.searchParams;
    const received = await this.readRequest(request);
    const login = this.signedIn ?? fields.get('login') ?? undefined;
    if (login === undefined && !received.isPassive)
      return choicePage(isPost ? 'post' : 'get', fields, Object.keys(this.people));
    const status = login === undefined ? { status: 'Responder, NoPassive' } : {};
    return this.answer(received, { person: this.people[login ?? ''], ...status, ...this.script });
  }

  /** Reads a request, and checks it. @throws Refused */
  async readRequest(request: Request): Promise<ReceivedAuthnRequest> {
    const incoming = await this.#read(request);
    const received = readAuthnRequest(incoming, `${this.baseUrl}/sso`, (entityId) =>
      this.#clientOf(entityId),
    );
    this.requests.push(received);
    return received;
  }

  /** The page that takes the answer to the service. */
  answer(request: ReceivedAuthnRequest, script: AnswerScript = this.script): Response {
    const text = this.answerText(request, script);
    const fields = { SAMLResponse: Buffer.from(text, 'utf8').toString('base64') };
    const { relayState } = request;
    return postPage(request.acs, { ...fields, ...(relayState !== undefined && { RelayState: relayState }) });
  }

  /** The answer itself. Without `id`: one that nobody asked for. */
  answerText(
    request: Pick<ReceivedAuthnRequest, 'issuer' | 'acs'> & { readonly id?: string | undefined },
    script: AnswerScript = this.script,
  ): string {
    const someone = script.person ?? Object.values(this.people)[0] ?? refuse('no_subject');
    const index = script.sessionIndex ?? newId();
    this.sessions.set(index, { person: someone, index });
    const facts = {
      issuer: this.entityId,
      key: this.#key,
      now: this.#clock.now(),
      newId,
      acs: request.acs,
      audience: request.issuer,
      inResponseTo: request.id,
      person: someone,
      sessionIndex: index,
    };
    return answerXml(facts, script);
  }

  /** The answer that takes a browser to the service, to end the session of this index there. */
  beginLogout(entityId: string, index: string): Response {
    const client = this.#clientOf(entityId);
    const session = this.sessions.get(index) ?? refuse('no_subject', 'no such session');
    const id = newId();
    const location = client.logout ?? refuse('no_endpoint', 'logout');
    const text = logoutRequestXml({
      id,
      issuedAt: this.#clock.now(),
      destination: location,
      issuer: this.entityId,
      nameId: session.person.nameId,
      sessionIndex: index,
    });
    return this.#send('SAMLRequest', text, id, location, 'fake-relay-state');
  }

  async #logout(request: Request): Promise<Response> {
    const incoming = await this.#read(request);
    const issuer = issuerOf(parseXml(incoming.text).root);
    const client = this.#clientOf(issuer);
    const message = await readLogout(incoming.text, {
      issuer,
      destination: `${this.baseUrl}/logout`,
      now: this.#clock.now(),
      clockSkewMs: 60_000,
      trust: trustOf(client),
      keys: [this.#key.privateKey],
      isQuerySigned: incoming.isQuerySigned,
    });
    if (message.kind === 'response') return new Response('signed out everywhere');
    for (const index of message.sessionIndexes) this.sessions.delete(index);
    const id = newId();
    const location = client.logout ?? refuse('no_endpoint', 'logout');
    const head = { id, issuedAt: this.#clock.now(), destination: location, issuer: this.entityId };
    const text = logoutResponseXml({ ...head, inResponseTo: message.id, isSuccess: true });
    return this.#send('SAMLResponse', text, id, location, incoming.relayState);
  }

  #send(
    kind: 'SAMLRequest' | 'SAMLResponse',
    text: string,
    id: string,
    location: string,
    relayState: string | undefined,
  ): Response {
    const key = { ...this.#key, algorithm: 'rsa-sha256' } as const;
    const to = { binding: 'redirect', location } as const;
    return send({ kind, text, id, relayState, to, key }, (message, of) =>
      signAs(message, of, this.#key, 'sha256'),
    );
  }

  /** A message by either binding. Whose it is stands inside, so its address may be signed by any of those that are known. */
  async #read(request: Request): Promise<Omit<Incoming, 'kind'>> {
    if (request.method === 'POST') return readPost(request);
    const certificates = [...this.#clients.values()].flatMap((client) => client.certificates ?? []);
    const { text, relayState, isSigned } = readRedirect(new URL(request.url), {
      certificates,
      allowSha1: false,
    });
    return { text, relayState, isQuerySigned: isSigned };
  }

  #clientOf(entityId: string): FakeClient {
    return this.#clients.get(entityId) ?? refuse('issuer_unknown', 'no such service');
  }
}

function newId(): string {
  return `_${randomBytes(16).toString('hex')}`;
}
