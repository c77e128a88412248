/** Signing out, in both directions: we tell the provider, or the provider tells us. */
import { logoutRequestXml, logoutResponseXml, type ReceivedLogout, readLogout } from '../messages/logout.ts';
import type { IdentityProviderMetadata } from '../metadata/model.ts';
import type { SamlSession } from '../model.ts';
import { refuse, require } from '../refusals.ts';
import { isSame } from '../state.ts';
import { type Incoming, readPost, readQuery, send } from './bindings.ts';
import { type Connection, chooseEndpoint } from './connection.ts';
import { redirectTo } from './pages.ts';
import { allowedReturn } from './return-to.ts';

const ttlMs = 600_000;
/** How long a request of the provider's is remembered: longer than one is taken. */
const rememberMs = 3_600_000;

/**
 * The answer that takes the browser to the provider, to end its session there; or on, where the provider has no address for that or we have no key,
 * since it must be signed.
 *
 * @throws Refused
 */
export async function beginSignOut(
  connection: Connection,
  session: SamlSession,
  returnTo: string,
): Promise<Response> {
  const { service, urls, now, signingKey } = connection;
  const target = allowedReturn(returnTo, service.options.returnOrigins ?? []) ?? refuse('return_to');
  const { logout } = await connection.metadata();
  if (logout.length === 0 || signingKey === undefined) return redirectTo(target);
  const endpoint = chooseEndpoint(logout, undefined, 'SingleLogoutService');
  const id = connection.newId();
  const relayState = connection.newToken();
  await connection.state.keepSignOut(id, { relayState, returnTo: target }, ttlMs);
  const text = logoutRequestXml({
    id,
    issuedAt: now,
    destination: endpoint.location,
    issuer: urls.entityId,
    nameId: session.nameId,
    sessionIndex: session.sessionIndex,
  });
  return send(
    { kind: 'SAMLRequest', text, id, relayState, to: endpoint, key: signingKey },
    (message, messageId) => connection.signed(message, messageId),
  );
}

/** Takes a message about signing out: an answer to ours, or a request of the provider's. @throws Refused */
export function receiveSignOut(connection: Connection, request: Request): Promise<Response> {
  return connection.proven(async (metadata) => {
    const trust = connection.trust(metadata);
    const incoming = request.method === 'POST' ? await readPost(request.clone()) : readQuery(request, trust);
    const message = await readLogout(incoming.text, {
      issuer: metadata.entityId,
      destination: connection.urls.logout,
      now: connection.now,
      clockSkewMs: connection.clockSkewMs,
      trust,
      keys: connection.decryptionKeys,
      isQuerySigned: incoming.isQuerySigned,
    });
    require((message.kind === 'request') ===
      (incoming.kind === 'SAMLRequest'), 'unexpected_message', `it came as ${incoming.kind}`);
    return message.kind === 'request'
      ? answerSignOut(connection, message, incoming, metadata)
      : finishSignOut(connection, message.inResponseTo, incoming);
  });
}

async function finishSignOut(
  connection: Connection,
  inResponseTo: string,
  { relayState }: Incoming,
): Promise<Response> {
  const found =
    (await connection.state.findSignOut(inResponseTo)) ?? refuse('in_response_to', 'no such request is open');
  require(isSame(relayState ?? '', found.value.relayState), 'relay_state');
  require(await found.take(), 'replayed', 'the request was answered already');
  connection.service.audit.note(connection.occasion('saml.sign_out'), { begun: 'here' });
  return redirectTo(found.value.returnTo);
}

async function answerSignOut(
  connection: Connection,
  message: ReceivedLogout,
  { relayState }: Incoming,
  { entityId, logout }: IdentityProviderMetadata,
): Promise<Response> {
  const { service, urls, now, tenant, settings, signingKey } = connection;
  require(await connection.state.use(
    'logout',
    message.id,
    rememberMs,
  ), 'replayed', 'the request was used already');
  const { nameId, sessionIndexes } = message;
  const isSuccess = await endSessions(connection, {
    tenant,
    provider: settings.id,
    issuer: entityId,
    nameId,
    sessionIndexes,
  });
  const endpoint = chooseEndpoint(logout, undefined, 'SingleLogoutService');
  const location = endpoint.responseLocation ?? endpoint.location;
  const id = connection.newId();
  const text = logoutResponseXml({
    id,
    issuedAt: now,
    destination: location,
    issuer: urls.entityId,
    inResponseTo: message.id,
    isSuccess,
  });
  service.audit.note(
    connection.occasion('saml.sign_out'),
    { begun: 'there', ended: isSuccess },
    nameId.value,
  );
  return send(
    {
      kind: 'SAMLResponse',
      text,
      id,
      relayState,
      to: { binding: endpoint.binding, location },
      key: signingKey,
    },
    (response, responseId) => connection.signed(response, responseId),
  );
}

type SignOut = Parameters<NonNullable<Connection['service']['options']['onSignOut']>>[0];

/** Whether the application ended them: the provider is told if not, so that nobody believes to be signed out. */
async function endSessions({ service }: Connection, signOut: SignOut): Promise<boolean> {
  if (service.options.onSignOut === undefined) return false;
  try {
    await service.options.onSignOut(signOut);
    return true;
  } catch (error) {
    const { tenant, provider } = signOut;
    service.audit.refuse({ type: 'saml.sign_out', tenant, provider }, error);
    return false;
  }
}
