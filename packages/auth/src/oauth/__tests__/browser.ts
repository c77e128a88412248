/** A browser that follows redirects, keeps cookies, and fills in the first form of a page. */

/** What it keeps for each host. */
export interface Browser {
  /** Cookies by host, then by name. */
  readonly cookies: Map<string, Map<string, string>>;
  /** Follows redirects and forms until an address begins with `until`. @returns that address, which is not asked for */
  visit(start: string | URL, until: string, form?: Readonly<Record<string, string>>): Promise<URL>;
  /** One request with its cookies; redirects are not followed. */
  request(url: string | URL, init?: RequestInit): Promise<Response>;
}

export function createBrowser(send: typeof fetch = fetch): Browser {
  const cookies: Browser['cookies'] = new Map();
  const request: Browser['request'] = async (url, init = {}) => {
    const { host } = new URL(url);
    const jar = cookies.get(host) ?? new Map<string, string>();
    cookies.set(host, jar);
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await send(url, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...rest] = line.split(';');
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const isGone = rest.some((part) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(part));
      if (isGone || value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  return {
    cookies,
    request,
    async visit(start, until, form = {}) {
      let url = new URL(start);
      for (let hops = 0; hops < 20; hops += 1) {
        if (url.href.startsWith(until)) return url;
        let response = await request(url);
        const html = response.status === 200 ? await response.text() : '';
        const [, action = ''] = /<form[^>]*action="([^"]*)"/.exec(html) ?? [];
        if (html !== '' && action !== '') {
          const hidden = [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(
            ([tag]): [string, string] => [
              /name="([^"]*)"/.exec(tag)?.[1] ?? '',
              /value="([^"]*)"/.exec(tag)?.[1] ?? '',
            ],
          );
          url = new URL(action.replaceAll('&amp;', '&'), url);
          const body = new URLSearchParams([...hidden, ...Object.entries(form)]);
          response = await request(url, { method: 'POST', body });
        }
        const location = response.headers.get('location');
        if (location === null)
          throw new Error(
            `${url.href} ends with ${response.status}: ${html || (await response.text())}`.slice(0, 2_000),
          );
        url = new URL(location, url);
      }
      throw new Error('too many redirects');
    },
  };
}
