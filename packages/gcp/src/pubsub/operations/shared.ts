/** What the operations have in common: where they send, how things are named, where they are documented. */
import type { Clock, OperationNotes } from '@im/core';
import type { Rest } from '../../common/rest.ts';
import type { PubsubNames } from '../names.ts';

/** What every operation needs. */
export interface Connection {
  readonly rest: Rest;
  readonly names: PubsubNames;
  readonly clock: Clock;
}

/** Items of a page; the vendor allows 1,000. */
export const mostItems = 1_000;

/**
 * @param method `topics/publish`
 * @param permission without `pubsub.`: `topics.publish`
 */
export function notes(method: string, ...permissions: readonly string[]): OperationNotes {
  const docs = `https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.${method}`;
  return { docs, scopes: permissions.map((permission) => `pubsub.${permission}`) };
}
