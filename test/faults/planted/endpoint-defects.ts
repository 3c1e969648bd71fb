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
    name: 'an event’s time is its id’s',
    what: 'An event bears a time that is a moment later than the one by which it is looked for.',
    edits: [
      {
        file: 'src/store/events.ts',
        find: 'toInstant(timeOf(id))',
        replace: 'toInstant(deps.clock.now() + 0 * timeOf(id))',
      },
    ],
    reddens: [
      {
        file: 'test/store/events.test.ts',
        test: 'an event > is found by the time that it bears, though the clock goes on while it is made',
      },
    ],
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
  {
    name: 'the head of the line',
    what: 'A delivery that cannot be made holds back its order until it is given up.',
    edits: [
      {
        file: 'src/delivery/judge-attempt.ts',
        find: 'againMs: Math.min(delayMs, leftMs)',
        replace: 'againMs: delayMs',
      },
    ],
    reddens: [
      {
        file: 'test/workers/delivery-parking.test.ts',
        test: 'an event that cannot be delivered > holds back those behind it for fifteen minutes from its first attempt, and not a moment longer',
      },
    ],
  },
  {
    name: 'parking and the next turn are one commit',
    what: 'A delivery is parked, and nobody is given its turn.',
    edits: [
      {
        file: 'workers/delivery-attempt.ts',
        find: 'issueWrites(context.store, report)], ...nextInLine(payload, context) }',
        replace: 'issueWrites(context.store, report)] }',
      },
    ],
    reddens: [
      {
        file: 'test/workers/delivery-parking.test.ts',
        test: 'parking > is one commit with the turn of the next: who dies before it has done nothing, and nobody does it twice',
      },
    ],
  },
  {
    name: 'an endpoint that asks to be left alone',
    what: 'What was handed over before somebody was told to wait is sent all the same.',
    edits: [
      {
        file: 'workers/delivery-attempt.ts',
        find: 'pausedMs > 0 ?',
        replace: 'pausedMs > Infinity ?',
      },
    ],
    reddens: [
      {
        file: 'test/workers/delivery-pause.test.ts',
        test: 'an endpoint that asks to be left alone > gets nothing of what was handed over before it asked, and no attempt is used up',
      },
    ],
  },
];
