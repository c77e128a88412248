/** Containers and blobs of one account of the fake. */

import type { Clock } from '@im/core';
import { compareKeys } from '@im/storage';
import type { FakeContent } from './content.ts';

/** A block: staged, or part of a blob. */
export interface FakeBlock {
  readonly id: string;
  readonly content: FakeContent;
}

/** A blob. */
export interface FakeBlob {
  readonly name: string;
  readonly content: FakeContent;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedAt: number;
  /** Headers that are given back: `content-type`, `cache-control`, … */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  tier: string | undefined;
  tags: Readonly<Record<string, string>>;
  readonly blocks: readonly FakeBlock[];
}

/** A container. */
export interface FakeContainer {
  readonly name: string;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly blobs: Map<string, FakeBlob>;
  /** Staged blocks by the name of their blob. */
  readonly staged: Map<string, Map<string, FakeBlock>>;
}

/** What an account holds. */
export interface FakeBlobStore {
  readonly containers: Map<string, FakeContainer>;
  createContainer(name: string): FakeContainer;
  /** Puts a blob in place of what was there, and lets go of what was staged for it. */
  publish(container: FakeContainer, blob: Omit<FakeBlob, 'etag' | 'modifiedAt'>): FakeBlob;
  /** @returns whether it was there */
  remove(container: FakeContainer, name: string): boolean;
  /** Names in order. */
  names(container: FakeContainer): readonly string[];
}

/** Makes an empty one. */
export function createBlobStore(clock: Clock): FakeBlobStore {
  const containers = new Map<string, FakeContainer>();
  const ordered = new WeakMap<FakeContainer, readonly string[]>();
  let changes = 0;
  const nextEtag = () => {
    changes += 1;
    return `0x8D${changes.toString(16).toUpperCase().padStart(13, '0')}`;
  };
  // Times of headers are whole seconds.
  const now = () => Math.floor(clock.now() / 1000) * 1000;
  return {
    containers,
    createContainer(name) {
      const made = { name, etag: nextEtag(), modifiedAt: now(), blobs: new Map(), staged: new Map() };
      containers.set(name, made);
      return made;
    },
    publish(container, blob) {
      const published = { ...blob, etag: nextEtag(), modifiedAt: now() };
      if (!container.blobs.has(blob.name)) ordered.delete(container);
      container.blobs.set(blob.name, published);
      container.staged.delete(blob.name);
      return published;
    },
    remove(container, name) {
      ordered.delete(container);
      container.staged.delete(name);
      return container.blobs.delete(name);
    },
    names(container) {
      const known = ordered.get(container) ?? [...container.blobs.keys()].sort(compareKeys);
      ordered.set(container, known);
      return known;
    },
  };
}

/** The name that the service makes of what it is asked for: backslashes are slashes, and dots at the end of a segment are lost. */
export function storedName(name: string): string {
  return name
    .replaceAll('\\', '/')
    .split('/')
    .map((segment) => segment.replace(/\.+$/, ''))
    .join('/');
}
