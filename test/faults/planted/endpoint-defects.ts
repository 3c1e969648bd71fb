import type { Defect } from './defects.ts';

/** Guards of what endpoints ask for. */
export const endpointDefects: readonly Defect[] = [
  {
    name: 'event filters',
    what: 'An endpoint with a filter gets every event.',
    edits: [
      {
        file: 'src/store/events.ts',
        find: 'filter === null || passes(filter, parsed)',
        replace: 'filter === null || passes(filter, parsed) || true',
      },
    ],
    reddens: [
      {
        file: 'test/store/events.test.ts',
        test: 'an event > goes only where the filter wants it, and in VTEX’s form only where it is a change of status',
      },
    ],
  },
  {
    name: 'events fit their schemas',
    what: 'What does not fit the published schema is stored and sent.',
    edits: [
      {
        file: 'src/store/events.ts',
        find: 'if (!checked.success) {',
        replace: "if (!checked.success && deps.keys.tag === '') {",
      },
    ],
    reddens: [{ file: 'test/store/events.test.ts', test: 'an event > that does not fit its schema is never stored' }],
  },
  {
    name: 'reserved headers',
    what: 'A merchant may send headers that decide how the request is read.',
    edits: [
      {
        file: 'src/domain/endpoint-headers.ts',
        find: "if (isReserved(lower)) refuse('is reserved', name);",
        replace: "if (isReserved('')) refuse('is reserved', name);",
      },
    ],
    reddens: [
      {
        file: 'test/domain/endpoint-headers.test.ts',
        test: 'headers of a merchant’s own > are reserved in whatever case they are written',
      },
    ],
  },
  {
    name: 'an endpoint’s rate',
    what: 'Nobody asks the governor before an event is sent to an endpoint with a rate.',
    edits: [
      {
        file: 'src/delivery/take-turn.ts',
        find: 'if (rateLimitPerSecond === null) return',
        replace: 'if (rateLimitPerSecond !== 0) return',
      },
    ],
    reddens: [
      {
        file: 'test/workers/delivery-rate.test.ts',
        test: 'an endpoint with a rate > whose turn is far off holds no place in a worker, and no attempt of the delivery is used up',
      },
    ],
  },
  {
    name: 'old secrets end',
    what: 'A secret goes on signing when its overlap is over.',
    edits: [
      {
        file: 'src/store/endpoint-secrets.ts',
        find: 'until === null || Date.parse(until) > nowMs',
        replace: 'until === null || Date.parse(until) > nowMs - 86_400_000',
      },
    ],
    reddens: [
      {
        file: 'test/store/endpoints.test.ts',
        test: 'an endpoint > signs with every key whose overlap is not over, and with none for longer than the last rotation said',
      },
    ],
  },
];
