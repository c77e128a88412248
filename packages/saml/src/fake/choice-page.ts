/** Asks who wants to sign in; the request goes along in hidden fields. */
import { escapeXml } from '../xml/write.ts';

export function choicePage(
  method: 'get' | 'post',
  fields: URLSearchParams,
  logins: readonly string[],
): Response {
  const hidden = [...fields]
    .map(([name, value]) => `<input type="hidden" name="${escapeXml(name)}" value="${escapeXml(value)}">`)
    .join('');
  const buttons = logins
    .map((login) => `<button name="login" value="${escapeXml(login)}">${escapeXml(login)}</button>`)
    .join(' ');
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Fake identity provider</title><h1>Who are you?</h1><form method="${method}">${hidden}${buttons}</form></html>`;
  return new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8' } });
}
