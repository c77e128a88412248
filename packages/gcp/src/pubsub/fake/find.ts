/** Finds what a request to the fake is about, or answers as the vendor does where it is not there. */
import type { FakeRequest } from '@im/testing';
import { googleError } from '../../common/fake/error.ts';
import type { FakeSnapshot, FakeSubscription, FakeTopic, PubsubWorld } from './world.ts';

/** Whole name of the project that a route names. */
export const projectOf = ({ params }: FakeRequest) => `projects/${params.project}`;
/** Whole name of the topic that a route names. */
export const topicNameOf = (request: FakeRequest) => `${projectOf(request)}/topics/${request.params.topic}`;
/** Whole name of the subscription that a route names. */
export const subscriptionNameOf = (request: FakeRequest) =>
  `${projectOf(request)}/subscriptions/${request.params.subscription}`;
/** Whole name of the snapshot that a route names. */
export const snapshotNameOf = (request: FakeRequest) =>
  `${projectOf(request)}/snapshots/${request.params.snapshot}`;

const missing = (name: string) => googleError(404, `Resource not found (resource=${name}).`);

/** @throws the vendor's answer where it is not there */
export function topicOf(request: FakeRequest, world: PubsubWorld): FakeTopic {
  const name = topicNameOf(request);
  const topic = world.topics.get(name);
  if (topic === undefined) throw missing(name);
  return topic;
}

/** @throws the vendor's answer where it is not there */
export function subscriptionOf(request: FakeRequest, world: PubsubWorld): FakeSubscription {
  const name = subscriptionNameOf(request);
  const subscription = world.subscriptions.get(name);
  if (subscription === undefined) throw missing(name);
  return subscription;
}

/** @throws the vendor's answer where it is not there */
export function snapshotOf(request: FakeRequest, world: PubsubWorld): FakeSnapshot {
  const name = snapshotNameOf(request);
  const snapshot = world.snapshots.get(name);
  if (snapshot === undefined) throw missing(name);
  return snapshot;
}
