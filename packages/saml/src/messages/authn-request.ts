/** The request that a browser takes to the identity provider. SAML Core §3.4.1 */
import { bindings, ns } from '../xml/names.ts';
import { xml } from '../xml/write.ts';

/** By what means the person has to sign in. SAML Core §3.3.2.2.1 */
export interface RequestedContext {
  /** `urn:oasis:names:tc:SAML:2.0:ac:classes:…` */
  readonly classes: readonly string[];
  /** Default `exact`: only then is it checked in the answer, since only the provider knows which is better. */
  readonly comparison?: 'exact' | 'minimum' | 'maximum' | 'better' | undefined;
}

/** What is asked for. */
export interface AuthnRequest {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly destination: string;
  /** Who asks: our entity id. */
  readonly issuer: string;
  readonly assertionConsumerService: string;
  readonly nameIdFormat?: string | undefined;
  readonly forceAuthn: boolean;
  readonly isPassive: boolean;
  readonly context?: RequestedContext | undefined;
}

/** Writes it. */
export function authnRequestXml(request: AuthnRequest): string {
  const { context } = request;
  return xml(
    'samlp:AuthnRequest',
    {
      'xmlns:samlp': ns.protocol,
      'xmlns:saml': ns.assertion,
      ID: request.id,
      Version: '2.0',
      IssueInstant: instantText(request.issuedAt),
      Destination: request.destination,
      AssertionConsumerServiceURL: request.assertionConsumerService,
      ProtocolBinding: bindings.post,
      ForceAuthn: request.forceAuthn || undefined,
      IsPassive: request.isPassive || undefined,
    },
    xml('saml:Issuer', {}, request.issuer),
    xml('samlp:NameIDPolicy', { Format: request.nameIdFormat, AllowCreate: true }),
    context &&
      xml(
        'samlp:RequestedAuthnContext',
        { Comparison: context.comparison ?? 'exact' },
        context.classes.map((name) => xml('saml:AuthnContextClassRef', {}, name)),
      ),
  ).toString();
}

/** An instant as SAML writes it: UTC. */
export function instantText(at: number): string {
  return new Date(at).toISOString();
}
