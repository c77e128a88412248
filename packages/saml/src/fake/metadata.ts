/** Metadata of the fake. */
import { bareCertificate } from '../crypto/certificates.ts';
import { bindings, ns } from '../xml/names.ts';
import { xml } from '../xml/write.ts';

/** What it says. */
export interface FakeMetadata {
  readonly id: string;
  readonly entityId: string;
  readonly baseUrl: string;
  /** PEM. */
  readonly certificates: readonly string[];
  /** More attributes of the root, such as `validUntil`. */
  readonly more?: Readonly<Record<string, string>> | undefined;
}

/** Writes it. */
export function fakeMetadataXml({ id, entityId, baseUrl, certificates, more }: FakeMetadata): string {
  const at = (binding: keyof typeof bindings, name: string, path: string) =>
    xml(`md:${name}`, { Binding: bindings[binding], Location: `${baseUrl}/${path}` });
  const key = (pem: string) =>
    xml(
      'md:KeyDescriptor',
      { use: 'signing' },
      xml('ds:KeyInfo', {}, xml('ds:X509Data', {}, xml('ds:X509Certificate', {}, bareCertificate(pem)))),
    );
  return xml(
    'md:EntityDescriptor',
    { 'xmlns:md': ns.metadata, 'xmlns:ds': ns.signature, ID: id, entityID: entityId, ...more },
    xml(
      'md:IDPSSODescriptor',
      { protocolSupportEnumeration: ns.protocol },
      certificates.map(key),
      at('redirect', 'SingleLogoutService', 'logout'),
      at('post', 'SingleLogoutService', 'logout'),
      at('redirect', 'SingleSignOnService', 'sso'),
      at('post', 'SingleSignOnService', 'sso'),
    ),
  ).toString();
}
