// Whether the hub of this container answers; for the image's HEALTHCHECK. `/livez` is open, whatever access is configured.
const url = `http://127.0.0.1:${process.env.PORT || 8080}/livez`;
const { ok } = await fetch(url, { signal: AbortSignal.timeout(2_500) }).catch(() => ({ ok: false }));
process.exit(ok ? 0 : 1);
