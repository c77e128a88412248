/** A service provider and fake identity providers without any network, and a browser that goes from one to the other. */
import type { AuthEvent } from '@im/auth/jwt';
import { type LogFields, memoryState, type StateStore } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { FakeIdentityProvider } from '../fake/identity-provider.ts';
import type { AnswerScript } from '../fake/script.ts';
import type { SamlSignIn } from '../model.ts';
import type { IdentityProvider, SamlSignOut, ServiceProviderOptions } from '../options.ts';
import { createServiceProvider } from '../service-provider.ts';
import { keyOf } from './keys.ts';

export const baseUrl = 'https://app.example.com/saml';

/** How a rig is made. */
export interface RigOptions {
  /** Settings of the provider `okta` of the tenant `acme`. */
  readonly provider?: Partial<IdentityProvider>;
  readonly service?: Partial<ServiceProviderOptions>;
  readonly state?: StateStore;
}

/** A form that a page sends. */
export interface Form {
  readonly action: string;
  readonly fields: URLSearchParams;
}

const decodeHtml = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&apos;', "'")
    .replaceAll('&#039;', "'")
    .replaceAll('&amp;', '&');

/** Attributes of a tag. */
const attributesOf = (tag: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decodeHtml(value)]),
  );

/** The form of a page that posts, with its hidden fields. */
export async function formOf(response: Response): Promise<Form> {
  const page = await response.text();
  const tags = [...page.matchAll(/<(form|input)\b[^>]*>/g)].map(([tag]) => ({ tag, ...attributesOf(tag) }));
  const from = tags.findIndex(
    ({ tag, ...form }) =>
      tag.startsWith('<form') && /^post$/i.test((form as { method?: string }).method ?? ''),
  );
  const fields = new URLSearchParams();
  for (const { tag, ...input } of tags.slice(Math.max(from + 1, 0))) {
    const { type, name = '', value = '' } = input as Partial<Record<string, string>>;
    if (tag.startsWith('<form')) break;
    if (type === 'hidden') fields.append(name, value);
  }
  return { action: attributesOf(tags[from]?.tag ?? '').action ?? '', fields };
}

/** Makes it: the tenant `acme` with `okta` and `entra`, the tenant `zest` with `okta`. */
export function openRig(how: RigOptions = {}) {
  const clock = createVirtualClock();
  const log: (readonly [string, LogFields | undefined])[] = [];
  const note = (message: string, fields?: LogFields) => void log.push([message, fields]);
  const events: AuthEvent[] = [];
  const signIns: SamlSignIn[] = [];
  const signOuts: SamlSignOut[] = [];
  const idps = {
    okta: new FakeIdentityProvider({
      baseUrl: 'https://okta.example.net',
      signedIn: 'ada',
      key: keyOf('provider'),
      clock,
    }),
    entra: new FakeIdentityProvider({
      baseUrl: 'https://entra.example.net',
      signedIn: 'grace',
      key: keyOf('provider-new'),
      clock,
    }),
  };
  const settings = (id: keyof typeof idps, more: Partial<IdentityProvider> = {}): IdentityProvider => ({
    id,
    metadata: { xml: idps[id].metadata() },
    ...more,
  });
  const tenants: Readonly<Record<string, readonly IdentityProvider[]>> = {
    acme: [settings('okta', how.provider), settings('entra')],
    zest: [settings('okta', how.provider)],
  };
  const service = createServiceProvider({
    baseUrl,
    clock,
    state: how.state ?? memoryState(clock),
    keys: [keyOf('service')],
    logger: { debug: note, info: note, warn: note, error: note },
    onEvent: (event) => void events.push(event),
    providers: (tenant) => tenants[tenant],
    onSignIn: (signIn) => {
      signIns.push(signIn);
      return new Response(null, {
        status: 303,
        headers: { location: signIn.returnTo, 'set-cookie': 'session=1' },
      });
    },
    onSignOut: (signOut) => void signOuts.push(signOut),
    ...how.service,
  });
  for (const [tenant, providers] of Object.entries(tenants)) {
    for (const { id, entityId } of providers) {
      const { acs, logout, entityId: own } = service.urls(tenant, id, entityId);
      const certificates = how.service?.keys?.length === 0 ? undefined : [keyOf('service').certificate];
      idps[id as keyof typeof idps].addClient({ entityId: own, acs, logout, certificates });
    }
  }
  const cookies = new Map<string, string>();
  const keepCookies = (response: Response) => {
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(header) ?? [];
      if (/max-age=0/i.test(header)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  const browser = {
    cookies,
    /** Asks the service, with what cookies there are. */
    async ask(url: string, init: RequestInit = {}): Promise<Response> {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { ...(init.headers as Record<string, string>), cookie };
      return keepCookies(await service.fetch(new Request(url, { ...init, headers })));
    },
    send: (form: Form): Promise<Response> =>
      browser.ask(form.action, {
        method: 'POST',
        body: form.fields.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
  };
  /** Goes to the provider, and comes back with its answer, which is not sent yet. */
  const visit = async (
    script: AnswerScript = {},
    { tenant = 'acme', provider = 'okta' as keyof typeof idps, returnTo = '/start' } = {},
  ): Promise<Form> => {
    const { login } = service.urls(tenant, provider);
    const begun = await browser.ask(`${login}?${new URLSearchParams({ returnTo })}`);
    const idp = idps[provider];
    idp.script = script;
    const location = begun.headers.get('location');
    if (location !== null) return formOf(await idp.fetch(new Request(location)));
    const { action, fields } = await formOf(begun);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return formOf(await idp.fetch(new Request(action, { method: 'POST', body: fields.toString(), headers })));
  };
  return {
    clock,
    log,
    events,
    signIns,
    signOuts,
    idps,
    service,
    browser,
    visit,
    /** Signs in from end to end. */
    signIn: async (script?: AnswerScript, where?: Parameters<typeof visit>[1]) =>
      browser.send(await visit(script, where)),
    /** Reasons in the log, in order. */
    reasons: () => log.flatMap(([, fields]) => (typeof fields?.reason === 'string' ? [fields.reason] : [])),
  };
}

/** The message of a form as text, and back. */
export const messageOf = ({ fields }: Form): string =>
  Buffer.from(fields.get('SAMLResponse') ?? '', 'base64').toString('utf8');

/** The same form with another message. */
export function withMessage({ action, fields }: Form, text: string): Form {
  const changed = new URLSearchParams(fields);
  changed.set('SAMLResponse', Buffer.from(text, 'utf8').toString('base64'));
  return { action, fields: changed };
}
