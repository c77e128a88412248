/**
 * Reads the metadata of an identity provider.
 *
 * @see {@link https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf | SAML 2.0 Metadata}
 */

import { readCertificate, type UsableCertificate } from '../crypto/certificates.ts';
import { checkPlaces, type Trust, verifiedElement } from '../crypto/signature.ts';
import { refuse, require } from '../refusals.ts';
import type { XmlElement } from '../xml/dom.ts';
import { type Binding, bindings, ns } from '../xml/names.ts';
import { attribute, children, instantAttribute, isNamed, textOf } from '../xml/read.ts';
import { mostElements, parseXml, type SafeXml } from '../xml/strict.ts';
import type { Endpoint, IdentityProviderMetadata } from './model.ts';

/** How it is read. */
export interface MetadataOptions {
  /** Which provider, where the document describes several. */
  readonly entityId?: string | undefined;
  /** Certificates, PEM, one of which must have signed the document. Absent: it need not be signed. */
  readonly signedBy?: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * @throws Refused `metadata_expired`, `metadata_without_provider`, `metadata_without_certificate`, `metadata_refused` with the part that is wrong;
 * what XML is refused for
 */
export function parseMetadata(
  text: string,
  { entityId, signedBy, now }: MetadataOptions,
): IdentityProviderMetadata {
  const document = parseXml(text, mostElements.metadata);
  const { root } = signedBy === undefined ? document : signedDocument(document, signedBy);
  const isDescriptor =
    isNamed(root, ns.metadata, 'EntityDescriptor') || isNamed(root, ns.metadata, 'EntitiesDescriptor');
  require(isDescriptor, 'metadata_refused', 'the document is no metadata');
  const entity = findEntity(root, entityId);
  const validUntil = earliest(entity, root);
  require(validUntil === undefined || validUntil > now, 'metadata_expired', 'validUntil');
  const [provider, ...more] = children(entity, ns.metadata, 'IDPSSODescriptor').filter(speaksSaml2);
  if (provider === undefined) refuse('metadata_without_provider', 'IDPSSODescriptor');
  require(more.length === 0, 'metadata_refused', 'it has several IDPSSODescriptor');
  const { certificates, unusable } = readCertificates(provider);
  require(certificates.length > 0, 'metadata_without_certificate', unusable[0] ?? 'KeyDescriptor');
  const signOn = endpoints(provider, 'SingleSignOnService');
  require(signOn.length > 0, 'metadata_refused', 'SingleSignOnService: no address by redirect or POST');
  return {
    entityId: attribute(entity, 'entityID') ?? '',
    signOn,
    logout: endpoints(provider, 'SingleLogoutService'),
    certificates,
    unusable,
    wantsSignedRequests: /^(true|1)$/.test(attribute(provider, 'WantAuthnRequestsSigned') ?? ''),
    nameIdFormats: children(provider, ns.metadata, 'NameIDFormat').map(textOf),
    validUntil,
    cacheMs: durationMs(attribute(entity, 'cacheDuration') ?? attribute(root, 'cacheDuration')),
  };
}

function signedDocument(document: SafeXml, certificates: readonly string[]): SafeXml {
  const trust: Trust = { certificates, allowSha1: false };
  checkPlaces(document.root, (parent) => parent.namespaceURI === ns.metadata);
  return verifiedElement(document, document.root, trust) ?? refuse('metadata_refused', 'it is not signed');
}

/** The one that is meant; where none is named there must be one alone. */
function findEntity(root: XmlElement, entityId: string | undefined): XmlElement {
  const entities = isNamed(root, ns.metadata, 'EntityDescriptor') ? [root] : entitiesBelow(root);
  const wanted = entities.filter((entity) =>
    entityId === undefined
      ? children(entity, ns.metadata, 'IDPSSODescriptor').length > 0
      : attribute(entity, 'entityID') === entityId,
  );
  const [entity] = wanted;
  if (entity === undefined)
    refuse('metadata_without_provider', entityId === undefined ? 'IDPSSODescriptor' : 'entityID');
  require(wanted.length === 1, 'metadata_refused', 'entityID: it describes several providers');
  require((attribute(entity, 'entityID') ?? '') !== '', 'metadata_refused', 'entityID');
  return entity;
}

function entitiesBelow(root: XmlElement): readonly XmlElement[] {
  return [
    ...children(root, ns.metadata, 'EntityDescriptor'),
    ...children(root, ns.metadata, 'EntitiesDescriptor').flatMap(entitiesBelow),
  ];
}

function earliest(...elements: readonly XmlElement[]): number | undefined {
  const all = elements
    .map((element) => instantAttribute(element, 'validUntil'))
    .filter((at) => at !== undefined);
  return all.length === 0 ? undefined : Math.min(...all);
}

function speaksSaml2(provider: XmlElement): boolean {
  return (attribute(provider, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(ns.protocol);
}

/** Those for signing, and those that say nothing of their use. */
function readCertificates(provider: XmlElement): {
  readonly certificates: readonly UsableCertificate[];
  readonly unusable: readonly string[];
} {
  const certificates: UsableCertificate[] = [];
  const unusable: string[] = [];
  for (const descriptor of children(provider, ns.metadata, 'KeyDescriptor')) {
    if (attribute(descriptor, 'use') === 'encryption') continue;
    const texts = children(descriptor, ns.signature, 'KeyInfo')
      .flatMap((info) => children(info, ns.signature, 'X509Data'))
      .flatMap((data) => children(data, ns.signature, 'X509Certificate'))
      .map(textOf);
    for (const text of texts) {
      const read = readCertificate(text);
      if (typeof read === 'string') unusable.push(`X509Certificate ${read}`);
      else if (!certificates.some(({ fingerprint }) => fingerprint === read.fingerprint))
        certificates.push(read);
    }
  }
  return { certificates, unusable };
}

function endpoints(provider: XmlElement, name: string): readonly Endpoint[] {
  return children(provider, ns.metadata, name).flatMap((element) => {
    const binding = (Object.keys(bindings) as Binding[]).find(
      (one) => bindings[one] === attribute(element, 'Binding'),
    );
    const location = attribute(element, 'Location') ?? '';
    const responseLocation = attribute(element, 'ResponseLocation');
    // Others, such as SOAP and artifact, are not spoken here.
    if (binding === undefined) return [];
    for (const address of [location, responseLocation ?? location])
      require(isWebAddress(address), 'metadata_refused', `${name}: Location is no address of the web`);
    return [{ binding, location, responseLocation }];
  });
}

/** A browser is sent there, so it must not be `javascript:` or the like. */
function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** An XML Schema duration of days and less: `P1DT6H`. What is longer or stranger counts as not said. */
function durationMs(text: string | undefined): number | undefined {
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(text ?? '') ?? [];
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return total > 0 ? total * 1_000 : undefined;
}
