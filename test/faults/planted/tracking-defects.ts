import type { Defect } from './defects.ts';

export const trackingDefects: readonly Defect[] = [
  {
    name: 'parcel version',
    what: 'What is told of one parcel twice at the same moment is written over: an event is lost.',
    edits: [
      {
        file: 'src/store/parcels.ts',
        find: "if (redis.call('HGET', c.key, c.versionField) or '') == c.expected then",
        replace: 'if c.expected then',
      },
    ],
    reddens: [
      {
        file: 'test/store/parcels.test.ts',
        test: 'parcels > lose no event when many are told of one at the same time',
      },
    ],
  },
  {
    name: 'calls of a day',
    what: 'A carrier’s account makes more calls than it has for a day.',
    edits: [
      {
        file: 'src/store/daily-calls.ts',
        find: 'if used >= tonumber(ARGV[1]) then return -1 end',
        replace: '',
      },
    ],
    reddens: [
      {
        file: 'test/store/parcels.test.ts',
        test: 'the calls of a day > are never more than the account has, however many ask at once; some are kept for those who wait',
      },
    ],
  },
  {
    name: 'carrier left alone',
    what: 'A carrier that does not answer is called on and on, by everything that is due.',
    edits: [
      {
        file: 'workers/parcel-ask.ts',
        find: "if (circuit.state === 'open' && payload.probe !== true)",
        replace: "if (circuit.state === 'open' && payload.probe === false)",
      },
    ],
    reddens: [
      {
        file: 'test/workers/parcel-polling.test.ts',
        test: 'a call that fails as a whole > five times in a row leaves the carrier alone; one call tries again, and what waited is spread',
      },
    ],
  },
];
