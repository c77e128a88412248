import type { X509Certificate } from 'node:crypto';
import { type Call, type Clock, read } from '@im/core';
import { type Http, text, WebhookError } from '@im/http';
import type { RawWebhook } from '@im/payments';
import { type CheckedPaypalOptions, environments } from '../options.ts';
import { type CertificateRules, checkCertificates, checkCertificateUrl } from '../webhook/certificates.ts';
import {
  checkSignature,
  checkTime,
  readEvent,
  readTransmission,
  type VerifiedDelivery,
} from '../webhook/verify.ts';
import { notesOf } from './shared.ts';
import { askPostback } from './webhooks.ts';

/** What verification needs beside the connection. */
export interface Verifier {
  readonly http: Http;
  readonly clock: Clock;
  readonly options: CheckedPaypalOptions;
}

/** Bytes of a certificate with its chain; PayPal's has some 5,000. */
const maxCertificateBytes = 64 * 1024;
/** Certificates that are kept; PayPal uses one or two at a time. */
const mostCertificates = 16;

export const verifyOperations = ({ http, clock, options }: Verifier) => {
  const known = new Map<string, string>();

  const certificateAt = async (address: string, nowMs: number, call: Call): Promise<X509Certificate> => {
    const rules = rulesOf(options);
    const named = checkCertificateUrl(address, rules);
    const { certificatesUrl } = options;
    const url = certificatesUrl === undefined ? named : new URL(named.pathname, certificatesUrl);
    const pem =
      known.get(url.href) ??
      (await http.get(url.href, text, call, {
        authorize: false,
        maxBytes: maxCertificateBytes,
        headers: { accept: '*/*', 'paypal-auth-assertion': undefined },
      }));
    // Also what is kept is checked each time: its validity ends some day.
    const certificate = await checkCertificates(pem, rules, nowMs);
    if (known.size >= mostCertificates) known.clear();
    known.set(url.href, pem);
    return certificate;
  };

  return {
    /**
     * Verifies a delivery and reads its event: by the certificate that signed it, which is fetched once, or by asking PayPal (option
     * `webhookVerification`). `nowMs`: the instant to judge by, default now.
     *
     * @throws {@link IntegrationError} `unauthenticated` for what is not PayPal's, or too old; `failed_precondition`, reason `no_secret`, while no
     * `webhookIds` are set; `invalid_argument` for a body that was parsed already
     */
    verifyWebhook: read(
      async (webhook: RawWebhook, nowMs: number | undefined, call: Call): Promise<VerifiedDelivery> => {
        const { webhookIds } = options;
        const now = nowMs ?? clock.now();
        const transmission = readTransmission(webhook, webhookIds);
        checkTime(transmission, now, options.webhookToleranceSeconds * 1_000);
        const { body } = webhook;
        const { id, signedAt } = transmission;
        if (options.webhookVerification === 'local') {
          const certificate = await certificateAt(transmission.certificateUrl, now, call);
          const webhookId = checkSignature(transmission, body, webhookIds, certificate);
          return { id, signedAt, webhookId, event: readEvent(body) };
        }
        const { time, certificateUrl, algorithm, signature } = transmission;
        for (const webhookId of webhookIds) {
          const isGood = await askPostback(
            http,
            {
              transmissionId: id,
              transmissionTime: time,
              certUrl: certificateUrl,
              authAlgo: algorithm,
              transmissionSig: signature,
              webhookId,
              event: new TextDecoder().decode(body),
            },
            call,
          );
          if (isGood) return { id, signedAt, webhookId, event: readEvent(body) };
        }
        throw new WebhookError('wrong_signature');
      },
      notesOf('webhooks/v1')('verify-webhook-signature_post'),
    ),
  };
};

function rulesOf(options: CheckedPaypalOptions): CertificateRules {
  const { certificateHosts, certificateName } = environments[options.environment];
  return {
    origins: certificateHosts.map((host) => `https://${host}`),
    name: certificateName,
    roots: options.webhookRoots,
  };
}
