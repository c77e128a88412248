/**
 * What comes from node-saml: checking and making signatures, and decrypting. Everything else of this package stands around it.
 *
 * The library's `SAML` class is not used, for what it leaves open: it reads the system's clock; it accepts a redirect for logout that has no
 * signature; of a logout by POST it reads the document rather than what the signature covers; `Destination`, `Recipient` and whether an answer comes
 * twice are not looked at; RSA 1.5 and AES-CBC are decrypted for whoever asks. What it has and nobody should write anew is here: the check of one
 * element's signature, which gives the text that was signed and nothing more.
 */
export { decryptXml, getVerifiedXml, signXml } from '@node-saml/node-saml/lib/xml.js';
