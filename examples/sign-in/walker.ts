/** A browser without a window: keeps cookies, follows redirects, and reads forms. What it is asked to send by hand, an attacker could. */

/** A page that was reached. */
export interface Reached {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

interface Form {
  readonly action: URL;
  readonly fields: URLSearchParams;
}

/** See the head of this file. */
export class Walker {
  /** By host; ports share them, as in browsers. */
  readonly cookies = new Map<string, Map<string, string>>();
  /** Every form that was sent, for whoever wants to send one again. */
  readonly sent: Form[] = [];

  async get(url: string | URL): Promise<Reached> {
    return this.#follow(new URL(url), {});
  }

  /** Sends a form as a page of `origin` does. Default: of the same origin. */
  async post(
    url: string | URL,
    fields: Readonly<Record<string, string>> | URLSearchParams = {},
    origin?: string,
  ): Promise<Reached> {
    const to = new URL(url);
    const body = new URLSearchParams(fields);
    this.sent.push({ action: to, fields: body });
    return this.#follow(to, { method: 'POST', body, headers: { origin: origin ?? to.origin } });
  }

  /** Fills in the page's form whose action has `part` in it, and sends it. */
  async submit(page: Reached, part: string, fields: Readonly<Record<string, string>> = {}): Promise<Reached> {
    const form = formsOf(page).find(({ action }) => action.href.includes(part));
    if (form === undefined)
      throw new Error(`${page.url.href} has no form for ${part}: ${page.text.slice(0, 300)}`);
    for (const [name, value] of Object.entries(fields)) form.fields.set(name, value);
    return this.post(form.action, form.fields);
  }

  /** One request; redirects are not followed. */
  async request(url: URL, init: RequestInit): Promise<Response> {
    const jar = this.cookies.get(url.hostname) ?? new Map<string, string>();
    this.cookies.set(url.hostname, jar);
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  async #follow(url: URL, init: RequestInit): Promise<Reached> {
    const response = await this.request(url, init);
    const to = response.headers.get('location');
    const text = await response.text();
    return to === null ? { url, status: response.status, text } : this.#follow(new URL(to, url), {});
  }
}

/** Forms of a page, with their hidden fields. */
export function formsOf({ url, text }: Reached): readonly Form[] {
  return [...text.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes = '', inside = '']) => {
    const fields = new URLSearchParams();
    for (const [tag] of inside.matchAll(/<input[^>]*type="hidden"[^>]*>/g))
      fields.append(attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? '');
    return { action: new URL(attribute(attributes, 'action') ?? '', url), fields };
  });
}

function attribute(tag: string, name: string): string | undefined {
  const [, value] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? [];
  return value
    ?.replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
