export { blob } from './blob.ts';
export { blobErrors } from './errors.ts';
