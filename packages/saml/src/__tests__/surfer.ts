/** A browser that goes between services by redirects and forms, with cookies for each host. Our own service is asked in process. */
import type { Handler } from '../service-provider.ts';
import { formOf } from './rig.ts';

/** See the head of this file. */
export class Surfer {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #own: (url: URL) => Handler | undefined;
  /** Every address that was asked, without its query. */
  readonly visited: string[] = [];

  constructor(own: (url: URL) => Handler | undefined) {
    this.#own = own;
  }

  /** Asks, and follows redirects until there is a page. */
  async go(
    address: string | URL,
    form?: URLSearchParams,
  ): Promise<{ readonly url: URL; readonly response: Response }> {
    let url = new URL(address);
    let body = form;
    for (let hops = 0; hops < 20; hops += 1) {
      const response = await this.#ask(url, body);
      const location = response.headers.get('location');
      if (location === null) return { url, response };
      url = new URL(location, url);
      body = undefined;
    }
    throw new Error('it goes round in circles');
  }

  /** Sends the form of a page, with these fields on top. */
  async submit(
    page: { readonly url: URL; readonly response: Response },
    fields: Readonly<Record<string, string>> = {},
  ) {
    const { action, fields: hidden } = await formOf(page.response);
    for (const [name, value] of Object.entries(fields)) hidden.set(name, value);
    return this.go(new URL(action, page.url), hidden);
  }

  async #ask(url: URL, form: URLSearchParams | undefined): Promise<Response> {
    this.visited.push(url.origin + url.pathname);
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>();
    this.#cookies.set(url.host, jar);
    const headers = new Headers({ cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') });
    if (form !== undefined) headers.set('content-type', 'application/x-www-form-urlencoded');
    const init = {
      method: form === undefined ? 'GET' : 'POST',
      headers,
      body: form?.toString() ?? null,
    } as const;
    const own = this.#own(url);
    const response =
      own === undefined
        ? await fetch(url, { ...init, redirect: 'manual' })
        : await own(new Request(url, init));
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(header) ?? [];
      if (/max-age=0|expires=thu, 01.jan.1970/i.test(header)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }
}
