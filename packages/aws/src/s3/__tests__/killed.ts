const mebibyte = 1024 ** 2;
const isCi = process.env.CI === 'true';

/** The upload whose processes are killed: less of it where somebody waits. Parts are as small as S3 takes them. */
export const killed = {
  bytes: (isCi ? 200 : 65) * mebibyte,
  kills: isCi ? 10 : 2,
  partBytes: 5 * mebibyte,
  concurrency: 2,
} as const;
