/** Reads requests for sign-in as a strict provider does. */

import { checkPlaces, type Trust, verifiedElement } from '../crypto/signature.ts';
import type { Incoming } from '../flow/bindings.ts';
import { refuse, require } from '../refusals.ts';
import type { XmlElement } from '../xml/dom.ts';
import { ns } from '../xml/names.ts';
import { attribute, child, children, isNamed, textOf } from '../xml/read.ts';
import { parseXml } from '../xml/strict.ts';

/** A service that the fake knows. */
export interface FakeClient {
  readonly entityId: string;
  readonly acs: string;
  readonly logout?: string | undefined;
  /** PEM. Where there are some, requests must be signed by one of them. */
  readonly certificates?: readonly string[] | undefined;
}

/** A request for sign-in, read. */
export interface ReceivedAuthnRequest {
  readonly id: string;
  readonly issuer: string;
  readonly acs: string;
  readonly relayState: string | undefined;
  readonly isSigned: boolean;
  readonly forceAuthn: boolean;
  readonly isPassive: boolean;
  readonly contexts: readonly string[];
  readonly nameIdFormat: string | undefined;
}

/** @throws Refused */
export function readAuthnRequest(
  incoming: Omit<Incoming, 'kind'>,
  destination: string,
  clientOf: (entityId: string) => FakeClient,
): ReceivedAuthnRequest {
  const document = parseXml(incoming.text);
  const { root } = document;
  require(isNamed(root, ns.protocol, 'AuthnRequest'), 'unexpected_message');
  checkPlaces(root, (parent) => parent === root);
  const issuer = issuerOf(root);
  const client = clientOf(issuer);
  const isSigned = verifiedElement(document, root, trustOf(client)) !== undefined || incoming.isQuerySigned;
  require(isSigned || client.certificates === undefined, 'unsigned');
  require(attribute(root, 'Destination') === destination, 'destination');
  require((attribute(root, 'AssertionConsumerServiceURL') ?? client.acs) === client.acs, 'recipient');
  const context = child(root, ns.protocol, 'RequestedAuthnContext');
  const policy = child(root, ns.protocol, 'NameIDPolicy');
  return {
    id: attribute(root, 'ID') ?? refuse('bad_shape', 'ID'),
    issuer,
    acs: client.acs,
    relayState: incoming.relayState,
    isSigned,
    forceAuthn: attribute(root, 'ForceAuthn') === 'true',
    isPassive: attribute(root, 'IsPassive') === 'true',
    contexts:
      context === undefined ? [] : children(context, ns.assertion, 'AuthnContextClassRef').map(textOf),
    nameIdFormat: policy === undefined ? undefined : attribute(policy, 'Format'),
  };
}

/** Whose signatures are believed for this service. */
export function trustOf({ certificates = [] }: FakeClient): Trust {
  return { certificates, allowSha1: false };
}

/** Entity id of whoever wrote it. */
export function issuerOf(root: XmlElement): string {
  return textOf(child(root, ns.assertion, 'Issuer') ?? refuse('issuer_missing'));
}
