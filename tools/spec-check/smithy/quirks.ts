/** What services do otherwise than their models and protocols say. */
import type { SentAnswer, SentRequest } from '../description.ts';
import { isNode } from '../documents.ts';
import { formFields } from '../requests.ts';
import type { SmithyModel } from './model.ts';
import { arrangeS3, isS3Error } from './s3.ts';
import { s3Errors } from './s3-errors.ts';

/** One service's own ways. */
export interface Quirks {
  /** See `Description.arrange`. */
  arrange(request: SentRequest): SentRequest;
  /** Errors that come with a status of success. */
  isError?(operation: string, answer: SentAnswer): boolean;
  /** Errors that the model leaves out, with their statuses. Absent: it leaves none out. */
  readonly moreErrors?: Readonly<Record<string, readonly number[]>>;
}

const bySdkId: Readonly<Record<string, Quirks>> = {
  S3: { arrange: arrangeS3, isError: isS3Error, moreErrors: s3Errors },
  SESv2: { arrange: (request) => withoutLastSlash(listedAsBefore(request)) },
};

/**
 * Clients newer than the published model list identities by POST, with the parameters in the body, and with a filter; before, it was a
 * GET with the same parameters in the query. Only what both have is judged.
 */
function listedAsBefore(request: SentRequest): SentRequest {
  if (request.method !== 'POST' || request.path !== '/v2/email/list-identities') return request;
  const { Filter: _, ...body } = JSON.parse(Buffer.from(request.body).toString() || '{}') as Record<
    string,
    unknown
  >;
  return {
    ...request,
    method: 'GET',
    path: '/v2/email/identities',
    query: Object.entries(body).map(([name, value]) => [name, String(value)] as const),
    body: new Uint8Array(),
  };
}

/** Of the service that `model` is of. */
export function quirksOf(model: SmithyModel): Quirks {
  const service = model.serviceTrait('aws.api#service');
  const id = isNode(service) ? String(service.sdkId) : '';
  return bySdkId[id] ?? { arrange: withoutLastSlash };
}

/** Some models' paths end in a slash, and clients differ in whether they send it. */
function withoutLastSlash(request: SentRequest): SentRequest {
  const path = request.path.replace(/\/+$/, '');
  return { ...request, path: path === '' ? '/' : path };
}

/** Version of the API of STS, which gives credentials for the other services. */
const stsVersion = '2011-06-15';

/** Whether a request is for STS. */
export function isSts(request: SentRequest): boolean {
  return formFields(request).some(([name, value]) => name === 'Version' && value === stsVersion);
}
