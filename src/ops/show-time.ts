import { html } from 'hono/html';
import type { Html } from './define-page.ts';

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

const dayMs = 24 * 3_600_000;

/** `4 min`, `2 h`, `3 d`: the largest unit that fits, as people say it. */
export function toAge(ms: number): string {
  const seconds = Math.max(0, Math.round(Math.abs(ms) / 1000));
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** Where moments of one minute stand below each other: to the second as well. */
export const showMoment = (at: string, nowMs: number): Html =>
  html`${showTime(at, nowMs)}<small class="clock"
      >${nowMs - Date.parse(at) < dayMs ? '' : at.slice(0, 10)} ${at.slice(11, 19)} UTC</small
    >`;

/** How long ago it was, and when exactly where somebody points at it. */
export function showTime(at: string | null, nowMs: number): Html {
  if (at === null) return html`<span class="quiet">never</span>`;
  const ms = nowMs - Date.parse(at);
  const words = ms <= -1_000 ? `in ${toAge(ms)}` : ms < 5_000 ? 'just now' : `${toAge(ms)} ago`;
  return html`<time datetime="${at}" title="${at.replace('T', ' ').replace(/(\.\d+)?Z$/, '')} UTC">${words}</time>`;
}
