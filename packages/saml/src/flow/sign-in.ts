/** Signing in: a request of ours out, the provider's answer in. */
import { toIdentity } from '../identity.ts';
import type { Assertion } from '../messages/assertion.ts';
import { authnRequestXml } from '../messages/authn-request.ts';
import { openResponse, proveResponse, type UnprovenResponse } from '../messages/response.ts';
import type { IdentityProviderMetadata } from '../metadata/model.ts';
import type { SamlSignIn } from '../model.ts';
import { refuse, require } from '../refusals.ts';
import { digestOf, type Found, isSame, type PendingSignIn } from '../state.ts';
import { type Incoming, send } from './bindings.ts';
import { browserCookie, browserValue } from './browser.ts';
import { type Connection, chooseEndpoint } from './connection.ts';
import { allowedReturn } from './return-to.ts';

const defaultTtlMs = 600_000;

/** What a sign-in is begun with. */
export interface BeginSignIn {
  /** A path of this application, or an address of an allowed origin. Default `/`. */
  readonly returnTo?: string | undefined;
  /** Whether the person must sign in anew. Default: as the provider's settings say. */
  readonly forceAuthn?: boolean | undefined;
  /** Whether the provider may not show anything: it succeeds only for who is signed in there. Default false. */
  readonly isPassive?: boolean | undefined;
}

/** The answer that takes the browser to the provider. @throws Refused */
export async function beginSignIn(connection: Connection, begin: BeginSignIn): Promise<Response> {
  const { settings, service, urls, now } = connection;
  const returnTo = allowedReturn(begin.returnTo ?? '/', service.options.returnOrigins ?? []);
  require(returnTo !== undefined, 'return_to');
  const metadata = await connection.metadata();
  const endpoint = chooseEndpoint(metadata.signOn, settings.binding, 'SingleSignOnService');
  const id = connection.newId();
  const [relayState, browser] = [connection.newToken(), connection.newToken()];
  const ttlMs = service.options.requestTtlMs ?? defaultTtlMs;
  const forceAuthn = begin.forceAuthn ?? settings.forceAuthn ?? false;
  const context = settings.requestedContext;
  const contexts =
    context !== undefined && (context.comparison ?? 'exact') === 'exact' ? [...context.classes] : undefined;
  const pending: PendingSignIn = {
    relayState,
    returnTo,
    browser: digestOf(browser),
    issuedAt: now,
    forceAuthn,
    contexts,
  };
  await connection.state.keepSignIn(id, pending, ttlMs);
  const text = authnRequestXml({
    id,
    issuedAt: now,
    destination: endpoint.location,
    issuer: urls.entityId,
    assertionConsumerService: urls.acs,
    nameIdFormat: settings.nameIdFormat,
    forceAuthn,
    isPassive: begin.isPassive ?? false,
    context,
  });
  return send(
    {
      kind: 'SAMLRequest',
      text,
      id,
      relayState,
      to: endpoint,
      key: requestKey(connection, metadata),
      headers: { 'set-cookie': browserCookie(id, browser, Math.ceil(ttlMs / 1_000)) },
    },
    (message, messageId) => connection.signed(message, messageId),
  );
}

function requestKey(connection: Connection, { wantsSignedRequests }: IdentityProviderMetadata) {
  const { settings, signingKey } = connection;
  const isWanted = settings.signRequests ?? (wantsSignedRequests || signingKey !== undefined);
  if (!isWanted) return undefined;
  return signingKey ?? refuse('no_endpoint', 'requests must be signed, and no key is set');
}

/** What came of a sign-in, and the header that ends the browser's part of it. */
export interface FinishedSignIn {
  readonly signIn: SamlSignIn;
  readonly setCookie: string | undefined;
}

/** Proves the provider's answer. @throws Refused */
export async function finishSignIn(
  connection: Connection,
  message: Incoming,
  request: Request,
): Promise<FinishedSignIn> {
  require(message.kind === 'SAMLResponse', 'unexpected_message', 'it is a request');
  const response = openResponse(message.text);
  const asked = await findRequest(connection, response, message, request);
  const { assertion, issuer } = await connection.proven(async (metadata) => ({
    assertion: await prove(connection, response, metadata, asked?.value),
    issuer: metadata.entityId,
  }));
  if (asked !== undefined) require(await asked.take(), 'replayed', 'the request was answered already');
  const isFirst = await connection.state.use('assertion', assertion.id, assertion.expiresAt - connection.now);
  require(isFirst, 'replayed', 'the assertion was used already');
  const { tenant, settings } = connection;
  return {
    signIn: {
      identity: toIdentity(assertion, {
        issuer,
        tenant,
        mapping: settings.attributes ?? {},
        trustEmail: settings.trustEmail ?? false,
      }),
      session: {
        tenant,
        provider: settings.id,
        nameId: assertion.nameId,
        sessionIndex: assertion.sessionIndex,
        endsAt: assertion.sessionEndsAt,
      },
      returnTo: asked?.value.returnTo ?? '/',
      isUnsolicited: asked === undefined,
    },
    setCookie: asked === undefined ? undefined : browserCookie(response.inResponseTo ?? '', '', 0),
  };
}

/** What we asked, if we asked; and whether it was asked by this browser. @throws Refused */
async function findRequest(
  { settings, state }: Connection,
  { inResponseTo }: UnprovenResponse,
  { relayState }: Incoming,
  request: Request,
): Promise<Found<PendingSignIn> | undefined> {
  if (inResponseTo === undefined) {
    require(settings.allowUnsolicited === true, 'not_asked', 'it answers no request');
    return undefined;
  }
  const found = (await state.findSignIn(inResponseTo)) ?? refuse('in_response_to', 'no such request is open');
  require(isSame(relayState ?? '', found.value.relayState), 'relay_state');
  const browser = browserValue(request, inResponseTo);
  require(browser !== undefined &&
    isSame(digestOf(browser), found.value.browser), 'other_browser', 'its cookie');
  return found;
}

function prove(
  connection: Connection,
  response: UnprovenResponse,
  metadata: IdentityProviderMetadata,
  asked: PendingSignIn | undefined,
): Promise<Assertion> {
  const { settings, urls, now, clockSkewMs } = connection;
  const oldest = settings.maxSignInAgeMs === undefined ? undefined : now - settings.maxSignInAgeMs;
  return proveResponse(response, {
    issuer: metadata.entityId,
    audience: urls.entityId,
    audienceMayBeAbsent: settings.allowMissingAudience ?? false,
    recipient: urls.acs,
    inResponseTo: response.inResponseTo,
    now,
    clockSkewMs,
    signedInAfter: asked?.forceAuthn === true ? Math.max(asked.issuedAt, oldest ?? 0) : oldest,
    contexts: asked?.contexts,
    trust: connection.trust(metadata),
    signed: settings.signed ?? 'either',
    encrypted: settings.encrypted ?? false,
    keys: connection.decryptionKeys,
  });
}
