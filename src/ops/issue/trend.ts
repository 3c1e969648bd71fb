import { html } from 'hono/html';
import type { Html } from '../define-page.ts';

const [width, height, step] = [96, 24, 4] as const;

/** Failures of the last 24 hours as bars, and in words for whom bars say nothing. */
export function showTrend(trend: readonly number[]): Html {
  const highest = Math.max(1, ...trend);
  const last = trend.at(-1) ?? 0;
  const words = `${last} in this hour, ${trend.reduce((sum, count) => sum + count, 0)} in 24 hours`;
  return html`<svg
    class="trend"
    role="img"
    aria-label="${words}"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
  >
    <title>${words}</title>
    ${trend.map((count, hour) => {
      const tall = count === 0 ? 1 : Math.max(3, Math.round((count / highest) * height));
      return html`<rect
        class="${count === 0 ? 'none' : ''}"
        x="${hour * step}"
        y="${height - tall}"
        width="${step - 1}"
        height="${tall}"
      />`;
    })}
  </svg>`;
}
