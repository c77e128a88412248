/** Our own metadata, for identity providers to read. SAML Metadata §2.4.4 */
import { bareCertificate } from '../crypto/certificates.ts';
import { instantText } from '../messages/authn-request.ts';
import { bindings, ns } from '../xml/names.ts';
import { type XmlText, xml } from '../xml/write.ts';

/** What it says. */
export interface ServiceMetadata {
  readonly id: string;
  readonly entityId: string;
  readonly assertionConsumerService: string;
  readonly logoutService: string;
  /** PEM, all that are valid now; the one that signs first. */
  readonly certificates: readonly string[];
  readonly signsRequests: boolean;
  readonly wantsSignedAssertions: boolean;
  readonly nameIdFormat?: string | undefined;
  /** Milliseconds since 1970. */
  readonly validUntil: number;
  readonly cacheSeconds: number;
}

/** Writes it. */
export function serviceMetadataXml(metadata: ServiceMetadata): string {
  const { certificates, nameIdFormat } = metadata;
  const keys = (use: 'signing' | 'encryption') => certificates.map((pem) => keyDescriptor(use, pem));
  return xml(
    'md:EntityDescriptor',
    {
      'xmlns:md': ns.metadata,
      'xmlns:ds': ns.signature,
      ID: metadata.id,
      entityID: metadata.entityId,
      validUntil: instantText(metadata.validUntil),
      cacheDuration: `PT${metadata.cacheSeconds}S`,
    },
    xml(
      'md:SPSSODescriptor',
      {
        protocolSupportEnumeration: ns.protocol,
        AuthnRequestsSigned: metadata.signsRequests,
        WantAssertionsSigned: metadata.wantsSignedAssertions,
      },
      keys('signing'),
      keys('encryption'),
      xml('md:SingleLogoutService', { Binding: bindings.redirect, Location: metadata.logoutService }),
      xml('md:SingleLogoutService', { Binding: bindings.post, Location: metadata.logoutService }),
      nameIdFormat === undefined ? undefined : xml('md:NameIDFormat', {}, nameIdFormat),
      xml('md:AssertionConsumerService', {
        Binding: bindings.post,
        Location: metadata.assertionConsumerService,
        index: 0,
        isDefault: true,
      }),
    ),
  ).toString();
}

/** Content encryption that we can open, the best first. */
const encryptionMethods = [
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
];

function keyDescriptor(use: 'signing' | 'encryption', pem: string): XmlText {
  return xml(
    'md:KeyDescriptor',
    { use },
    xml('ds:KeyInfo', {}, xml('ds:X509Data', {}, xml('ds:X509Certificate', {}, bareCertificate(pem)))),
    use === 'encryption'
      ? encryptionMethods.map((Algorithm) => xml('md:EncryptionMethod', { Algorithm }))
      : undefined,
  );
}
