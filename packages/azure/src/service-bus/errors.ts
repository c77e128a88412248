/**
 * What Service Bus' errors mean. They come as XML `<Error><Code>404</Code><Detail>… SubCode=40400 … TrackingId:…</Detail></Error>`: the code
 * is the status, so what tells them apart stands in the detail alone.
 */
import type { ErrorTable, VendorFailure } from '@im/core';
import type { ReadFailure } from '@im/http';
import { readXml } from '../common/xml.ts';

export const serviceBusErrors: ErrorTable = {
  docs: 'https://learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-exceptions-latest',
  rows: [
    {
      reason: 'MessageLockLost',
      code: 'failed_precondition',
      remedy:
        'its lock is over or it was settled; if not, it comes again. Renew locks in time, or have the queue lock for longer',
    },
    {
      reason: 'MissingClaim',
      code: 'permission_denied',
      remedy:
        'give the policy the right (Send, Listen, Manage), or the identity the role (Azure Service Bus Data Sender or Receiver)',
    },
    { status: 401, code: 'unauthenticated', remedy: "check credentials, and this machine's clock" },
    { reason: 'MessageTooLarge', code: 'invalid_argument', remedy: 'store it elsewhere, and send its name' },
    { reason: '40301', code: 'failed_precondition' },
    {
      reason: 'EntityDisabled',
      code: 'failed_precondition',
      remedy: 'enable the queue, topic or subscription',
    },
    {
      status: 403,
      code: 'resource_exhausted',
      retryable: false,
      remedy: 'the queue is full: receive from it, or raise its size',
    },
    {
      reason: 'MessageNotFound',
      code: 'not_found',
      remedy: 'there is no message of this number and lock: its lock is over, or it was settled',
    },
    { status: 404, code: 'not_found', remedy: 'check the name of the queue, topic or subscription' },
    { status: 410, code: 'not_found', remedy: 'check the name of the queue, topic or subscription' },
    {
      reason: '40901',
      code: 'unavailable',
      effect: 'none',
      says: 'another change of the same entity is under way',
    },
    { status: 409, code: 'failed_precondition' },
    { status: 413, code: 'invalid_argument', remedy: 'store it elsewhere, and send its name' },
    { status: 429, code: 'resource_exhausted', effect: 'none' },
    { status: 400, code: 'invalid_argument' },
    {
      reason: /^(ServerBusy|50004|50009)$/,
      code: 'unavailable',
      effect: 'none',
      says: 'the service is busy',
    },
    { status: [500, 599], code: 'unavailable' },
  ],
};

/** Signs in a detail, and what they mean. The first that is found counts. */
const signs: readonly (readonly [RegExp, string])[] = [
  [/MessageLockLost|lock supplied is invalid/i, 'MessageLockLost'],
  [/'\w+(,\w+)*' claim|claim\(s\) (are|is) required|claims? .*required/i, 'MissingClaim'],
  [/no message was found/i, 'MessageNotFound'],
  [/message.*(exceed|too large)|exceed.*message size/i, 'MessageTooLarge'],
  [/(entity|queue|topic|subscription)\b.*\bdisabled/i, 'EntityDisabled'],
  [/server (is )?busy|was throttled/i, 'ServerBusy'],
];

/** Reads the vendor's error. Of the detail what comes before its ids is kept. */
export const readBusError: ReadFailure = (_status, body) => {
  const detail = typeof body === 'string' && body.includes('<Error') ? detailIn(body) : undefined;
  if (detail === undefined) return {};
  const sign = signs.find(([pattern]) => pattern.test(detail))?.[1];
  const subCode = /\bSubCode[=:]\s*(\d{5})\b|^(\d{5})\b/i.exec(detail);
  const said = detail.split(/\s*(?:\.?\s*)(?:TrackingId|To know more)/i, 1)[0]?.trim();
  return {
    reason: sign ?? subCode?.[1] ?? subCode?.[2],
    says: said ? `Service Bus says "${said.slice(0, 200)}"` : undefined,
  };
};

function detailIn(text: string): string | undefined {
  try {
    return readXml(text, 'Error').textOf('Detail');
  } catch {
    // A cut or foreign body says nothing; the status still does.
    return undefined;
  }
}

/** Whether an answer means that the token has ended, or was refused; not that it lacks a right. */
export function isTokenRefused({ status, reason }: VendorFailure): boolean {
  return status === 401 && reason !== 'MissingClaim';
}
