/** URLs that need no credentials. */
import { type Call, idempotent, VendorError } from '@im/core';
import { path } from '@im/http';
import { z } from 'zod';
import { checkName, type StorageConnection } from '../client.ts';
import { refuseArgument } from '../errors.ts';
import { keySigner, longestExpirySeconds, signUrl, type UrlSigner } from '../sign-url.ts';

/** What a URL is to allow. */
export interface SignUrlOptions {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** 1 to 604,800: a week. */
  readonly expiresInSeconds: number;
  /** What the sender must send, to the letter. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Parameters of the XML API: `response-content-type`. */
  readonly query?: Readonly<Record<string, string>> | undefined;
}

/** A URL that is good for a while. Whoever has it may use it: treat it as a secret. */
export interface SignedUrl {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export function signOperations(connection: StorageConnection) {
  const { bucket, origin, clock } = connection;
  return {
    /**
     * Signs a URL: with the service account's own key, without asking anyone; where the credentials have none, by IAM as `signAs`. No
     * `read`, since what it gives differs from second to second.
     */
    signUrl: idempotent(
      async (name: string, options: SignUrlOptions, call: Call): Promise<SignedUrl> => {
        const { expiresInSeconds } = options;
        const isGood =
          Number.isSafeInteger(expiresInSeconds) &&
          expiresInSeconds >= 1 &&
          expiresInSeconds <= longestExpirySeconds;
        if (!isGood)
          refuseArgument(
            `a URL cannot be good for ${expiresInSeconds} seconds; give 1 to ${longestExpirySeconds}`,
          );
        checkName(name);
        const signer = await signerOf(connection, call);
        const now = clock.now();
        const url = await signUrl({ ...options, origin, bucket, object: name, now }, signer);
        return { url, expiresAt: Math.floor(now / 1_000) * 1_000 + expiresInSeconds * 1_000 };
      },
      { docs: 'https://cloud.google.com/storage/docs/access-control/signed-urls' },
    ),
  };
}

/** https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob */
const wireSignature = z.object({ signedBlob: z.base64() });

async function signerOf({ auth, iam, signAs }: StorageConnection, call: Call): Promise<UrlSigner> {
  const key = await auth.signer(call);
  if (key !== undefined) {
    const signer = keySigner(key.clientEmail, key.privateKey.reveal());
    return { ...signer, sign: (text) => signer.sign(text).catch(badKey) };
  }
  if (signAs === undefined)
    throw new VendorError({
      sent: false,
      code: 'failed_precondition',
      reason: 'no_signing_key',
      says: 'these credentials cannot sign; use the key of a service account, or give `signAs`',
    });
  return {
    clientEmail: signAs,
    async sign(text) {
      const payload = Buffer.from(text).toString('base64');
      const address = path`v1/projects/-/serviceAccounts/${signAs}:signBlob`;
      const { signedBlob } = await iam.post(address, wireSignature, call, { json: { payload } });
      return Buffer.from(signedBlob, 'base64');
    },
  };
}

/** Node's own error may quote the key. */
function badKey(): never {
  throw new VendorError({
    sent: false,
    code: 'unauthenticated',
    reason: 'bad_key',
    says: 'the private key cannot sign; give a PKCS #8 PEM of an RSA key',
  });
}
