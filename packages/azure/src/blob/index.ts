export { blob } from './blob.ts';
export { type BlobAbility, blobDriver } from './driver/blob-driver.ts';
export { blobErrors } from './errors.ts';
