/** Certificates that SNS signs with, fetched by their URL and kept. */
import { X509Certificate } from 'node:crypto';
import { type Clock, IntegrationError, VendorError } from '@im/core';
import { createEgressGuard, type Transport, WebhookError } from '@im/http';

/** Where certificates come from. */
export interface CertificateSource {
  /**
   * The certificate at `url`, which must be an address of SNS in the region of the topic. However many ask, it is fetched once.
   *
   * @throws `WebhookError` for any other address; `IntegrationError` `unavailable` when it cannot be fetched: an answer of 5xx
   * lets SNS deliver again
   */
  at(url: string, topicArn: string): Promise<X509Certificate>;
}

/** Milliseconds for which a certificate is kept: AWS changes them under new names. */
const keptMs = 24 * 3_600_000;
/** Most that are kept; an attacker could name many. */
const mostKept = 20;
const mostBytes = 64 * 1024;

/** Domains of the partitions: https://docs.aws.amazon.com/general/latest/gr/sns.html */
const domains: readonly (readonly [partition: RegExp, domain: string])[] = [
  [/^aws-cn$/, 'amazonaws.com.cn'],
  [/^aws-eusc$/, 'amazonaws.eu'],
  [/^aws(-us-gov)?$/, 'amazonaws.com'],
];

/** `sns.eu-central-1.amazonaws.com` for a topic there; `undefined` in a partition that is not known. */
export function hostOf(topicArn: string): string | undefined {
  const [, partition = '', , region = ''] = topicArn.split(':');
  const domain = domains.find(([name]) => name.test(partition))?.[1];
  return domain === undefined || !/^[a-z\d-]+$/.test(region) ? undefined : `sns.${region}.${domain}`;
}

interface Kept {
  readonly until: number;
  readonly certificate: Promise<X509Certificate>;
}

/** Makes the source. Fetches nothing yet. */
export function createCertificates(settings: {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timeoutMs: number;
}): CertificateSource {
  const { transport, clock, timeoutMs } = settings;
  const kept = new Map<string, Kept>();

  const fetchOne = async (url: URL): Promise<X509Certificate> => {
    const ended = new AbortController();
    const cancel = clock.schedule(timeoutMs, () =>
      ended.abort(new VendorError({ sent: true, code: 'deadline_exceeded', says: 'no answer in time' })),
    );
    try {
      await using response = await transport({
        method: 'GET',
        url,
        headers: { accept: '*/*' },
        signal: ended.signal,
        guard: createEgressGuard({ allow: [url.hostname] }),
        redirect: 'manual',
      });
      const bytes = await read(response.body);
      if (response.status !== 200)
        throw new VendorError({ sent: true, code: 'unavailable', says: `status ${response.status}` });
      return new X509Certificate(bytes);
    } catch (cause) {
      throw unavailable(url, cause);
    } finally {
      cancel();
    }
  };

  return {
    at(text, topicArn) {
      const url = pinned(text, topicArn);
      const known = kept.get(url.href);
      if (known !== undefined && known.until > clock.now()) return known.certificate;
      const certificate = fetchOne(url);
      const [oldest] = kept.keys();
      if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
      const entry = { until: clock.now() + keptMs, certificate };
      kept.delete(url.href);
      kept.set(url.href, entry);
      // What failed is asked for again; whoever asked gets the failure.
      certificate.catch(() => {
        if (kept.get(url.href) === entry) kept.delete(url.href);
      });
      return certificate;
    },
  };
}

/** `https://sns.<region>.amazonaws.com/SimpleNotificationService-<name>.pem`, and nothing else. */
function pinned(text: string, topicArn: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPinned =
    url !== undefined &&
    url.protocol === 'https:' &&
    url.host === hostOf(topicArn) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '' &&
    /^\/SimpleNotificationService-[\w-]{1,100}\.pem$/.test(url.pathname);
  if (!isPinned) throw new WebhookError('malformed_signature');
  return url;
}

async function read(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > mostBytes)
      throw new VendorError({ sent: true, code: 'internal', says: `more than ${mostBytes} bytes` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function unavailable(url: URL, cause: unknown): IntegrationError {
  return new IntegrationError(
    `webhook not checked: the certificate at ${url.href} could not be had`,
    {
      code: 'unavailable',
      status: 503,
      reason: 'no_certificate',
      retryable: true,
      remedy: 'answer 503, so that SNS delivers it again',
    },
    { cause },
  );
}
