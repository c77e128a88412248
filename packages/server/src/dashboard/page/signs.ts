/** Signs that say how something is: by shape and word as well as by colour. */
import type { Status } from '@im/core';
import type { Health } from '../../schemas.ts';
import { percent } from './format.ts';
import { type Html, html } from './html.ts';

/** How good news is. */
export type Tone = 'good' | 'fair' | 'poor' | 'idle';

/** Tone of every status of an integration and of the hub. */
export const toneOf: Readonly<Record<Status | Health['status'], Tone>> = {
  healthy: 'good',
  degraded: 'fair',
  unhealthy: 'poor',
  starting: 'idle',
  registered: 'idle',
  draining: 'idle',
  stopped: 'idle',
  disabled: 'idle',
};

const shapes: Readonly<Record<Tone, Html>> = {
  good: html`<circle cx="5" cy="5" r="4.5"/>`,
  fair: html`<path d="M5 .4 9.8 9.4H.2Z"/>`,
  poor: html`<rect x=".8" y=".8" width="8.4" height="8.4" rx="1"/>`,
  idle: html`<path fill-rule="evenodd" d="M5 .5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm0 2a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z"/>`,
};

/** The shape of a tone, beside a word that says it. */
export const mark = (tone: Tone): Html =>
  html`<svg class="mark ${tone}" viewBox="0 0 10 10" aria-hidden="true">${shapes[tone]}</svg>`;

/** A word with the shape of its tone. */
export const badge = (tone: Tone, word: string): Html =>
  html`<span class="badge ${tone}">${mark(tone)}${word}</span>`;

/** The share of calls that failed; a few failures are nothing to look at. */
export function failedShare({
  calls,
  failures,
}: {
  readonly calls: number;
  readonly failures: number;
}): Html {
  if (calls === 0) return html`<span>–</span>`;
  const share = failures / calls;
  const tone = share >= 0.05 ? 'poor' : share >= 0.01 ? 'fair' : 'plain';
  return html`<span class="${tone}">${percent(share)}</span>`;
}

/** The status of an integration. */
export const statusBadge = (status: Status): Html => badge(toneOf[status], status);

/** The picture in the tab. */
export function icon(status: Health['status']): string {
  const colours: Readonly<Record<Tone, string>> = {
    good: '1f9d62',
    fair: 'd99a1c',
    poor: 'd0392f',
    idle: '80888c',
  };
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${colours[toneOf[status]]}'/%3E%3C/svg%3E`;
}
