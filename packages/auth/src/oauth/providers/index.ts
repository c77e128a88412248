/** Authorization servers of vendors, one row each. One that is not here is `openIdProvider(issuer)`, or a row of your own. */
import type { OAuthProvider } from '../provider.ts';
import { apple } from './apple.ts';
import { paypal, shopify, stripe } from './commerce.ts';
import { discord, twitch } from './community.ts';
import { hubspot, salesforce } from './crm.ts';
import { google, youtube } from './google.ts';
import { facebook, instagram } from './meta.ts';
import { microsoft } from './microsoft.ts';
import { deezer, soundcloud, spotify } from './music.ts';
import { linkedin, pinterest, reddit, tiktok, x } from './social.ts';
import { atlassian, dropbox, github, githubApp, notion, slack, zoom } from './work.ts';

/** By id. */
export const oauthProviders = {
  apple,
  atlassian,
  deezer,
  discord,
  dropbox,
  facebook,
  github,
  'github-app': githubApp,
  google,
  hubspot,
  instagram,
  linkedin,
  microsoft,
  notion,
  paypal,
  pinterest,
  reddit,
  salesforce,
  shopify,
  slack,
  soundcloud,
  spotify,
  stripe,
  tiktok,
  twitch,
  x,
  youtube,
  zoom,
} as const satisfies Readonly<Record<string, OAuthProvider>>;

/** Ids of the rows. */
export type OAuthProviderId = keyof typeof oauthProviders;
