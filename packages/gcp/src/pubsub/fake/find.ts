/** Finds what a request to the fake is about, or answers as the vendor does where it is not there. */
import type { FakeRequest } from '@im/testing';
import { googleError } from '../../common/fake/error.ts';
import type { FakeSnapshot, FakeSubscription, FakeTopic, PubsubWorld } from './world.ts';

export const projectOf = ({ params }: FakeRequest) => `projects/${params.project}`;
export const topicNameOf = (request: FakeRequest) => `${projectOf(request)}/topics/${request.params.topic}`;
export const subscriptionNameOf = (request: FakeRequest) =>
  `${projectOf(request)}/subscriptions/${request.params.subscription}`;
export const snapshotNameOf = (request: FakeRequest) =>
  `${projectOf(request)}/snapshots/${request.params.snapshot}`;

const missing = (name: string) => googleError(404, `Resource not found (resource=${name}).`);

export function topicOf(request: FakeRequest, world: PubsubWorld): FakeTopic {
  const name = topicNameOf(request);
  const topic = world.topics.get(name);
  if (topic === undefined) throw missing(name);
  return topic;
}

export function subscriptionOf(request: FakeRequest, world: PubsubWorld): FakeSubscription {
  const name = subscriptionNameOf(request);
  const subscription = world.subscriptions.get(name);
  if (subscription === undefined) throw missing(name);
  return subscription;
}

export function snapshotOf(request: FakeRequest, world: PubsubWorld): FakeSnapshot {
  const name = snapshotNameOf(request);
  const snapshot = world.snapshots.get(name);
  if (snapshot === undefined) throw missing(name);
  return snapshot;
}
