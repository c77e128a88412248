/**
 * A bad day at the vendor's, as data: what goes wrong, on which requests, how often. Written so that a small catalogue
 * meets each of them at least once and a large one does not wait for long.
 */
import type { FaultRule } from '@im/testing';

const items = /^\/v1\/playlists\/[^/]+\/(items|tracks)$/;

/** The rules, tried in this order. */
export const faults: readonly FaultRule[] = [
  {
    fault: { kind: 'status', status: 429, retryAfter: { seconds: 1 } },
    path: items,
    after: 3,
    every: 60,
    times: 3,
  },
  { fault: { kind: 'status', status: 503 }, path: items, after: 5, every: 23, times: 12 },
  { fault: { kind: 'cut', when: 'before' }, path: items, after: 7, every: 47, times: 4 },
  { fault: { kind: 'cut', when: 'body' }, path: items, after: 9, every: 53, times: 4 },
  { fault: { kind: 'expired-token' }, path: items, after: 11, every: 120, times: 2 },
  { fault: { kind: 'truncate' }, path: items, after: 13, every: 71, times: 2 },
];
