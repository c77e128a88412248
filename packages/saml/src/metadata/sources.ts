/**
 * Metadata of all providers, as it is needed: documents are read once, those from an address are kept for a while, and asked for again by one
 * request whoever waits. When an address does not answer, the last good document serves on, until it says itself that it has ended.
 */
import type { Audit, Occasion } from '../audit.ts';
import { readCertificate } from '../crypto/certificates.ts';
import type { MetadataSource } from '../options.ts';
import { Refused, refuse, require } from '../refusals.ts';
import { digestOf } from '../state.ts';
import { type FetchSettings, fetchMetadata } from './fetch.ts';
import type { IdentityProviderMetadata } from './model.ts';
import { parseMetadata } from './parse.ts';

const defaultRefreshMs = 3_600_000;
/** Between two requests to an address that failed, or whose keys did not fit. */
const coolDownMs = 60_000;
/** The same where there is no document to go on with. */
const firstCoolDownMs = 5_000;
/** A certificate that ends within this time is told of. */
const warnBeforeMs = 30 * 86_400_000;
/** Documents that are kept. */
const mostKept = 10_000;

interface Kept {
  metadata: IdentityProviderMetadata;
  /** When it was read, milliseconds since 1970. */
  readAt: number;
  /** When it may be asked for again. */
  nextTryAt: number;
  loading?: Promise<IdentityProviderMetadata> | undefined;
}

/** See the head of this file. */
export class MetadataSources {
  readonly #settings: FetchSettings;
  readonly #audit: Audit;
  readonly #kept = new Map<string, Kept>();
  readonly #loading = new Map<string, Promise<Kept>>();
  readonly #failed = new Map<string, { readonly error: unknown; readonly until: number }>();

  constructor(settings: FetchSettings, audit: Audit) {
    this.#settings = settings;
    this.#audit = audit;
  }

  /** @throws Refused with what is wrong with it */
  async get(source: MetadataSource, occasion: Occasion): Promise<IdentityProviderMetadata> {
    const now = this.#settings.clock.now();
    const kept = await this.#keptOf(source, occasion);
    const isDue =
      'url' in source && now >= kept.readAt + lifeOf(source, kept.metadata) && now >= kept.nextTryAt;
    const metadata = isDue ? await this.#again(source, kept, occasion) : kept.metadata;
    require(metadata.validUntil === undefined || metadata.validUntil > now, 'metadata_expired', 'validUntil');
    return metadata;
  }

  /**
   * Asks again because a signature fitted no key: perhaps the provider has a new one.
   *
   * @returns `undefined` when there is nothing to ask, or it was asked a moment ago
   */
  async renew(source: MetadataSource, occasion: Occasion): Promise<IdentityProviderMetadata | undefined> {
    const kept = await this.#keptOf(source, occasion);
    if (!('url' in source) || this.#settings.clock.now() < Math.max(kept.nextTryAt, kept.readAt + coolDownMs))
      return undefined;
    return this.#again(source, kept, occasion);
  }

  /** The document as it was read last; read now, the first time. */
  #keptOf(source: MetadataSource, occasion: Occasion): Promise<Kept> | Kept {
    const key = digestOf(JSON.stringify([occasion.tenant, source]));
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const failed = this.#failed.get(key);
    if (failed !== undefined && failed.until > this.#settings.clock.now())
      return Promise.reject(failed.error);
    const loading = this.#loading.get(key) ?? this.#first(key, source, occasion);
    this.#loading.set(key, loading);
    return loading;
  }

  async #first(key: string, source: MetadataSource, occasion: Occasion): Promise<Kept> {
    try {
      const metadata = await this.#load(source, occasion);
      const kept: Kept = { metadata, readAt: this.#settings.clock.now(), nextTryAt: 0 };
      if (this.#kept.size >= mostKept) this.#kept.delete(this.#kept.keys().next().value as string);
      this.#kept.set(key, kept);
      this.#failed.delete(key);
      return kept;
    } catch (error) {
      if (this.#failed.size >= mostKept) this.#failed.clear();
      this.#failed.set(key, { error, until: this.#settings.clock.now() + firstCoolDownMs });
      throw error;
    } finally {
      this.#loading.delete(key);
    }
  }

  /** The new document, or the old one when there is none. */
  async #again(source: MetadataSource, kept: Kept, occasion: Occasion): Promise<IdentityProviderMetadata> {
    const { clock } = this.#settings;
    kept.nextTryAt = clock.now() + coolDownMs;
    kept.loading ??= this.#load(source, occasion).finally(() => {
      kept.loading = undefined;
    });
    try {
      kept.metadata = await kept.loading;
      kept.readAt = clock.now();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#audit.warn({ ...occasion, type: 'saml.metadata' }, error.reason, {
        detail: error.detail,
        kept: true,
      });
    }
    return kept.metadata;
  }

  async #load(source: MetadataSource, occasion: Occasion): Promise<IdentityProviderMetadata> {
    const now = this.#settings.clock.now();
    if ('signOnUrl' in source) return this.#tell(writtenOut(source), occasion, now);
    const text =
      'xml' in source
        ? source.xml
        : await fetchMetadata(source.url, source.allowInternal ?? false, this.#settings);
    const { entityId, signedBy } = source;
    return this.#tell(parseMetadata(text, { entityId, signedBy, now }), occasion, now);
  }

  /** What will stop working is told while there is time. */
  #tell(metadata: IdentityProviderMetadata, occasion: Occasion, now: number): IdentityProviderMetadata {
    const about = { ...occasion, type: 'saml.metadata' };
    for (const detail of metadata.unusable) this.#audit.warn(about, 'metadata_certificate', { detail });
    for (const { notAfter, fingerprint } of metadata.certificates)
      if (notAfter - now < warnBeforeMs)
        this.#audit.warn(about, 'certificate_ends', { at: notAfter, fingerprint });
    return metadata;
  }
}

function lifeOf(source: MetadataSource, { cacheMs }: IdentityProviderMetadata): number {
  const refreshMs = ('url' in source ? source.refreshMs : undefined) ?? defaultRefreshMs;
  return Math.min(refreshMs, cacheMs ?? refreshMs);
}

function writtenOut(source: Extract<MetadataSource, { signOnUrl: string }>): IdentityProviderMetadata {
  const { entityId, signOnUrl, logoutUrl, certificates } = source;
  const read = certificates.map(readCertificate);
  const wrong = read.findIndex((one) => typeof one === 'string');
  if (wrong >= 0) refuse('metadata_certificate', `certificates[${wrong}] ${String(read[wrong])}`);
  require(read.length > 0, 'metadata_without_certificate', 'certificates');
  for (const [name, url] of Object.entries({ signOnUrl, logoutUrl }))
    require(url === undefined ||
      (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)), 'metadata_refused', name);
  return {
    entityId,
    signOn: [{ binding: 'redirect', location: signOnUrl }],
    logout: logoutUrl === undefined ? [] : [{ binding: 'redirect', location: logoutUrl }],
    certificates: read.filter((one) => typeof one !== 'string'),
    unusable: [],
    wantsSignedRequests: false,
    nameIdFormats: [],
  };
}
