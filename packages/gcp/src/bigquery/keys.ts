/** The key of a call in the forms in which BigQuery takes one. */
import { createHash } from 'node:crypto';
import type { Call } from '@im/core';
import { isJobId } from './names.ts';

/** The key travels in the body, so that no header is needed beside it. */
export const withoutHeader = { 'idempotency-key': undefined } as const;

/** A `keyed` call always has one. */
function keyOf(call: Call): string {
  return call.idempotencyKey ?? '';
}

/** 36 ASCII characters are taken; a longer key, or another one, is put in by its hash. */
export function requestIdOf(call: Call): string {
  const key = keyOf(call);
  return /^[!-~]{1,36}$/.test(key) ? key : hashOf(key).slice(0, 36);
}

/** Letters, digits, `_` and `-` are taken. */
export function jobIdOf(call: Call): string {
  const key = keyOf(call);
  return isJobId(key) ? key : hashOf(key);
}

/** 128 characters are taken. */
export function insertIdOf(call: Call, index: number): string {
  const key = keyOf(call);
  return `${key.length <= 100 ? key : hashOf(key)}-${index}`;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
