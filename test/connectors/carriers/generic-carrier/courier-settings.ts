import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../../../../docs/connect/generic-carrier.md', import.meta.url), 'utf8');

/** A block of the guide as it stands there: ```` ```json settings ````. */
export function blockOf(name: string): string {
  const block = new RegExp(`^\`\`\`\\w+ ${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1];
  if (block === undefined) throw new Error(`the guide has no block ${name}`);
  return block;
}

export const guideSettings = (): Record<string, unknown> => JSON.parse(blockOf('settings'));

/** The least that can be connected. */
export const plainSettings = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  baseUrl: 'https://courier.example',
  statuses: { GOT: 'PICKED_UP', DONE: 'DELIVERED' },
  track: { path: '/parcels/{trackingNumber}', events: 'scans[]', event: { code: 'code', time: { path: 'at' } } },
  ...changes,
});

export const trackOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  path: '/parcels/{trackingNumber}',
  events: 'scans[]',
  event: { code: 'code', time: { path: 'at' } },
  ...changes,
});
