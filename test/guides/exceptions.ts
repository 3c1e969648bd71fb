/** Blocks that are not run by `guides.test.ts`, each with where it stands, what is in it, and why. */
export const notRun: readonly { document: string; holds: string; because: string }[] = [
  {
    document: 'docs/connect/vtex-last-mile.md',
    holds: '"connector": "vtex-last-mile"',
    because: 'it names a carrier of the reader’s; test/flow/ makes such connections',
  },
  ...[
    'settings',
    'backup',
    'backup-with-redis-cli',
    'erasure-log',
    'restore',
    'erasure-log-back',
    'start-restored',
  ].map((name) => ({
    document: 'docs/operate/backup.md',
    holds: `#${name}`,
    because: 'the restore drill and backup-guide.test.ts run them on a Redis of their own (test/faults/)',
  })),
];

/** Commands that start servers, or the project’s own checks: parsed, and not run. */
export const parsedOnly = ['up', 'api', 'worker', 'sandbox'];

/** A key of VTEX Pick and Pack, in its form. */
export const pickAndPackKey = `${'a'.repeat(32)}:${'b'.repeat(128)}`;

/** Guides that make connections: each a merchant of its own would do; these share one, apart from the others. */
export const connecting = ['docs/connect/nash.md', 'docs/connect/vtex.md', 'docs/connect/vtex-catalogue.md'];

/** What a reader replaces by his own, and what the sandbox has instead. */
export const standIns = (at: {
  sandboxUrl: string;
  subscriberUrl: string;
  nashId: string;
  endpointId: string;
  /** A moment from which events are still kept. */
  since: string;
  replayId: string;
  vtexId: string;
}): readonly (readonly [written: string, played: string])[] => [
  ['https://erp.example.com/hooks/packline', `${at.subscriberUrl}/guide`],
  ['"region": "au", "environment": "production", "apiKey": "…"', `"baseUrl": "${at.sandboxUrl}/nash", "apiKey": "nash_demo_key"`], // prettier-ignore
  [
    '"account": "luxstore", "appKey": "vtexappkey-luxstore-ABCDEF", "appToken": "…"',
    `"account": "demomarket", "baseUrl": "${at.sandboxUrl}/vtex/demomarket", "appKey": "vtexappkey-demomarket-DEMOKE", "appToken": "vtex_demo_token"`,
  ],
  [
    '"account": "luxstore", "apiKey": "<32 hex>:<128 hex>"',
    `"account": "demomarket", "apiKey": "${pickAndPackKey}", "apiBaseUrl": "${at.sandboxUrl}/vtex-pnp", "authBaseUrl": "${at.sandboxUrl}/vtex-pnp-auth", "legacyBaseUrl": "${at.sandboxUrl}/vtex-pnp-legacy"`,
  ],
  ['"salesChannel": "1"', `"salesChannel": "1", "pricingBaseUrl": "${at.sandboxUrl}/vtex/demomarket/pricing"`],
  ['--since 2026-01-15T08:00:00Z', `--since ${at.since}`],
  ['"since": "2026-01-15T08:00:00Z"', `"since": "${at.since}"`],
  ['ep_…', at.endpointId],
  // The one that is named has ended by then, and says so: 1.
  ['packline replays cancel rpl_…', `packline replays cancel ${at.replayId} || [ $? = 1 ]`],
  ['rpl_…', at.replayId],
  ['# … correct the cells …', "sed -i '/p-2/d' rejects.csv"],
  ['con_… of the OMS', at.vtexId],
  ['con_… of the fulfilment system', at.nashId],
];
