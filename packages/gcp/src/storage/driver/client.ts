import type { Bucket } from '@google-cloud/storage';
import type { Api, NativeAccess } from '@im/core';
import type { copyOperations } from '../operations/copies.ts';
import type { mediaOperations } from '../operations/media.ts';
import type { objectOperations } from '../operations/objects.ts';
import type { signOperations } from '../operations/sign.ts';

/** What the driver needs of a client of `storage`. */
export type GcsClient = Api<
  ReturnType<typeof objectOperations> &
    ReturnType<typeof copyOperations> &
    ReturnType<typeof mediaOperations> &
    ReturnType<typeof signOperations>
> &
  NativeAccess<Bucket>;
