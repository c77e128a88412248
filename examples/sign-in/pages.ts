/** What people see. */

import type { TotpEnrolment } from '@im/auth/mfa';
import type { Connection } from '@im/auth/oauth';
import type { Explanation } from '@im/auth/rbac';
import { type Html, html } from '../support/html.ts';
import { type Told, tenants, type Viewer } from './app.ts';

/** Nobody is signed in. */
export function welcomePage(): Html {
  return page(
    'Sign in',
    html`<ul class="cards"><li><strong>${tenants.acme.title}</strong><span>by ${tenants.acme.by}</span>
<a class="button" href="/sign-in/directory/start?return_to=/acme">Sign in to Acme</a></li>
<li><strong>${tenants.globex.title}</strong><span>by ${tenants.globex.by}</span>
<a class="button" href="/saml/globex/directory/login?returnTo=/globex">Sign in to Globex</a></li></ul>`,
  );
}

/** What the home page shows. */
export interface Home {
  readonly viewer: Viewer;
  readonly roles: readonly string[];
  readonly mayDelete: Explanation;
  readonly hasTotp: boolean;
  readonly passkeys: readonly string[];
  readonly connections: readonly { readonly connection: Connection; readonly says: string }[];
  readonly people: readonly string[] | undefined;
  readonly told: readonly Told[];
}

/** Who is signed in, and what they can do. */
export function homePage(home: Home): Html {
  const { viewer, roles, hasTotp, passkeys, connections } = home;
  const { tenant, session } = viewer;
  const mayAdd = session.level >= 2 || (!hasTotp && passkeys.length === 0);
  return page(
    session.data.name ?? '',
    html`<dl><dt>Tenant</dt><dd>${tenants[tenant].title}</dd><dt>Roles</dt><dd data-roles>${roles.join(', ')}</dd>
<dt>Level</dt><dd data-level="${session.level}">${session.level} (${session.methods.join(', ')})</dd></dl>
<section><h2>Second factor</h2>
${
  hasTotp
    ? html`<form method="post" action="/${tenant}/totp/verify"><label>Code of your app <input name="code" inputmode="numeric" autocomplete="one-time-code"></label><button>Show it</button></form>`
    : html`<form method="post" action="/${tenant}/totp/enrol"><button>Set an authenticator app up</button></form>`
}
<p>${passkeys.length > 0 ? `Passkeys: ${passkeys.join(', ')}` : 'No passkey yet.'}</p>
${
  mayAdd
    ? html`<button id="add-passkey" data-tenant="${tenant}">Add a passkey</button>`
    : html`<p class="hint">Show a factor that you have before you add another.</p>`
} ${passkeys.length > 0 && html`<button id="use-passkey" data-tenant="${tenant}">Show the passkey</button>`}
<script src="/passkeys.js"></script></section>
<section><h2>Reports</h2><p>Anybody here may read them. To delete one needs the role of an administrator, and a second factor of the last ten minutes.</p>
<form method="post" action="/${tenant}/reports/delete"><button>Delete the report</button></form>
<details><summary>Why, or why not</summary><p>${home.mayDelete.reason}${home.mayDelete.by && html`: ${home.mayDelete.by.permission}, of the role ${home.mayDelete.by.role}`}</p></details></section>
${home.people && html`<section><h2>People</h2><ul>${home.people.map((name) => html`<li>${name}</li>`)}</ul></section>`}
<section><h2>Spotify</h2>${connections.map(
      ({ connection, says }) => html`<p data-connection="${connection.state}">${says}</p>
${connection.state !== 'revoked' && html`<form method="post" action="/${tenant}/connections/${connection.id}/disconnect"><button>Disconnect</button></form>`}`,
    )}
<a class="button" href="/connect/spotify/start?return_to=/${tenant}">Connect an account</a></section>
<section><h2>What the log says</h2><ol class="log">${home.told
      .slice(-12)
      .map(
        ({ type, outcome, reason }) =>
          html`<li class="${outcome}">${type}${reason !== undefined && html` (${reason})`}</li>`,
      )}</ol></section>
<form method="post" action="/${tenant}/sign-out"><button>Sign out</button></form>`,
  );
}

/** The app is being set up. Shown once. */
export function enrolPage({ tenant }: Viewer, { secret, uri }: TotpEnrolment): Html {
  return page(
    'Set an authenticator app up',
    html`<p>Type this into your app: <code id="secret">${secret.reveal()}</code></p>
<p class="hint">Or make a QR code of <code>${uri.reveal()}</code></p>
<form method="post" action="/${tenant}/totp/confirm"><label>Code that it shows <input name="code" inputmode="numeric" autocomplete="one-time-code"></label><button>Confirm</button></form>`,
  );
}

/** Something that was refused, in words that help an honest person and nobody else. */
export function refusedPage(says: string, back: string): Html {
  return page('Not possible', html`<p role="alert">${says}</p><p><a href="${back}">Back</a></p>`);
}

/** Plain. */
export function notePage(says: string, back: string): Html {
  return page('Done', html`<p role="status">${says}</p><p><a href="${back}">Back</a></p>`);
}

/** The browser's part of passkeys. */
export const passkeyScript = `const post = (path, body) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) });
const run = (id, work) => document.querySelector(id)?.addEventListener('click', async ({ target }) => {
  await work('/' + target.dataset.tenant + '/passkeys');
  location.reload();
});
run('#add-passkey', async (base) => {
  const options = await (await post(base + '/register/options')).json();
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  await post(base + '/register', await navigator.credentials.create({ publicKey }));
});
run('#use-passkey', async (base) => {
  const options = await (await post(base + '/authenticate/options')).json();
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  await post(base + '/authenticate', await navigator.credentials.get({ publicKey }));
});
`;

function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${{ html: style }}</style></head>
<body><main><h1>${title}</h1>
${body}</main></body></html>`;
}

const style = `:root{color-scheme:light dark;--line:light-dark(#d8dce3,#3a4150);--soft:light-dark(#f5f6f8,#1d222b);--accent:light-dark(#2456c7,#8fb4ff);--bad:light-dark(#a4262c,#ff9a9e)}
*{box-sizing:border-box}body{margin:0 auto;max-width:44rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif}a{color:var(--accent)}
h1{font-size:1.6rem}h2{font-size:1.1rem;margin:0 0 .4rem}section{margin:1rem 0;padding:1rem;border:1px solid var(--line);border-radius:.6rem;background:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:1rem;padding:0;list-style:none}.cards li{display:grid;gap:.5rem;padding:1rem;border:1px solid var(--line);border-radius:.6rem;background:var(--soft)}
button,.button{font:inherit;display:inline-block;padding:.35rem .9rem;border:0;border-radius:.4rem;background:var(--accent);color:light-dark(#fff,#10151f);cursor:pointer;text-decoration:none}
input{font:inherit;padding:.3rem;border:1px solid var(--line);border-radius:.3rem;background:transparent;color:inherit}form{display:flex;gap:.6rem;align-items:center;flex-wrap:wrap;margin:.4rem 0}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}dt{opacity:.7}dd{margin:0}.hint{opacity:.7;font-size:.9rem;overflow-wrap:anywhere}.log{font-size:.85rem;margin:0}.refused,[role=alert]{color:var(--bad)}`;
