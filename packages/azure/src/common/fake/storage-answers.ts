/** Answers of a storage service. */
import type { FakeResponse } from '@im/testing';
import { escapeXml } from '../xml.ts';

/** An error as the service writes it. */
export function storageError(status: number, code: string, message: string, detail?: string): FakeResponse {
  const more =
    detail === undefined ? '' : `<AuthenticationErrorDetail>${escapeXml(detail)}</AuthenticationErrorDetail>`;
  return {
    status,
    headers: { 'x-ms-error-code': code, 'content-type': 'application/xml' },
    body: xmlDocument('Error', `<Code>${code}</Code><Message>${escapeXml(message)}</Message>${more}`),
  };
}

/** A document with one outermost element. */
export function xmlDocument(root: string, inside: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><${root}>${inside}</${root}>`;
}

/** An element with text inside; nothing where there is no text. */
export function xmlElement(name: string, text: string | number | undefined): string {
  return text === undefined ? '' : `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** Codes that faults by status alone are given. */
const faultCodes: Readonly<Record<number, string>> = {
  400: 'InvalidInput',
  401: 'InvalidAuthenticationInfo',
  403: 'AuthorizationFailure',
  404: 'ResourceNotFound',
  409: 'ResourceAlreadyExists',
  412: 'ConditionNotMet',
  416: 'InvalidRange',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServerBusy',
};

/** The body of a fault in the service's format. */
export function storageFault(status: number): FakeResponse {
  const { headers, body } = storageError(
    status,
    faultCodes[status] ?? 'InternalError',
    'The request failed.',
  );
  return { headers: { ...headers, 'x-ms-request-id': requestId() }, body };
}

let requests = 0;

/** A new id of a request. */
export function requestId(): string {
  requests += 1;
  return `00000000-0000-4000-8000-${requests.toString(16).padStart(12, '0')}`;
}
