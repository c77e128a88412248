export { gcpErrors } from './errors.ts';
export { type GoogleToken, type GoogleTokenInfo, gcp } from './gcp.ts';
export { type GcpOptions, gcpOptions } from './options.ts';
export { type GoogleApi, type GoogleListRequest, type GoogleRequest, googleApi } from './request.ts';
