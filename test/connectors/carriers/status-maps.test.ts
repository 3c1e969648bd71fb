import { describe, expect, test } from 'vitest';
import { subtags, tags } from '../../../src/connectors/carriers/aftership/statuses.ts';
import { statuses as australiaPost, texts } from '../../../src/connectors/carriers/australia-post/statuses.ts';
import { codes as dhl } from '../../../src/connectors/carriers/dhl-unified/statuses.ts';
import {
  details as easypostDetails,
  statuses as easypost,
} from '../../../src/connectors/carriers/easypost/statuses.ts';
import { codes as fedex } from '../../../src/connectors/carriers/fedex/statuses.ts';
import {
  details as shipengineDetails,
  statuses as shipengine,
} from '../../../src/connectors/carriers/shipengine/statuses.ts';
import { statuses as shippo, substatuses } from '../../../src/connectors/carriers/shippo/statuses.ts';
import { codes as upsCodes, types as upsTypes } from '../../../src/connectors/carriers/ups/statuses.ts';
import { categories, codes as uspsCodes, texts as uspsTexts } from '../../../src/connectors/carriers/usps/statuses.ts';
import { carrierConnectors } from '../../../src/connectors/carriers/registry.ts';
import { readWords, type TrackingMeaning, type TrackingWords } from '../../../src/domain/tracking-words.ts';
import { statusMaps } from '../../fixtures/carriers/status-maps.ts';

const tables: Readonly<Record<keyof typeof statusMaps, TrackingWords>> = {
  easypost,
  'aftership tag': tags,
  'aftership subtag': subtags,
  shippo,
  'shippo substatus': substatuses,
  shipengine,
  'ups type': upsTypes,
  'ups code': upsCodes,
  fedex,
  'usps category': categories,
  'usps code': uspsCodes,
  'dhl-unified': dhl,
  'australia-post': australiaPost,
};

const spell = (meaning: TrackingMeaning): string => {
  if (typeof meaning === 'string') return meaning;
  const { status, delayed, reason } = meaning;
  return `${status ?? '-'}${delayed ? '+delayed' : ''}${reason === undefined ? '' : `(${reason})`}`;
};
const rows = Object.entries(statusMaps).flatMap(([table, text]) =>
  text
    .split(', ')
    .map((row) => [table, row.slice(0, row.lastIndexOf(' ')), row.slice(row.lastIndexOf(' ') + 1)] as const),
);

test.each(rows)('%s: %s is %s', (table, word, meaning) => {
  const words = Object.entries(tables).find(([name]) => name === table)?.[1] ?? {};
  expect(spell(readWords(words, word))).toBe(meaning);
  expect(readWords(words, word)).not.toHaveProperty('unmapped');
});

/** Rows that the carriers' documents and samples did not have when the tables were gathered, each with its reason beside it. */
const added = {
  'aftership subtag': [
    'Exception_003',
    'Exception_004',
    'Exception_005',
    'Exception_012',
    'Exception_016',
    'Exception_017',
  ],
  'shippo substatus': ['delayed', 'package_damaged', 'package_held'],
  'australia-post': ['Unsuccessful pickup', 'Track items for detailed delivery information'],
} as const;

test('no table has a row that is not told of here', () => {
  for (const [table, words] of Object.entries(tables)) {
    const gathered = rows.filter(([name]) => name === table).map(([, word]) => word);
    const more = Object.entries(added).find(([name]) => name === table)?.[1] ?? [];
    expect(Object.keys(words).sort(), table).toEqual([...gathered, ...more].sort());
  }
});

describe('the same letters mean different things', () => {
  test('DE is a delivery at ShipEngine and a failed one at FedEx; AC is a label at one and a scan at the other', () => {
    expect([shipengine.DE, fedex.DE]).toEqual(['DELIVERED', 'DELIVERY_ATTEMPTED']);
    expect([shipengine.AC, fedex.AC]).toEqual(['PRE_TRANSIT', 'IN_TRANSIT']);
  });
});

test('a word without a row is unknown and told to be, also when it is a name that every object has', () => {
  for (const word of ['constructor', '__proto__', 'toString', 'delivered!']) {
    for (const words of [...Object.values(tables), easypostDetails, shipengineDetails, texts, uspsTexts]) {
      expect(readWords(words, word)).toEqual({ status: 'UNKNOWN', unmapped: word });
    }
  }
});

test('every carrier is in the registry by its id', () => {
  expect([...carrierConnectors.keys()].sort()).toEqual(['aftership', 'australia-post', 'dhl-unified', 'easypost', 'fedex', 'generic-carrier', 'shipengine', 'shippo', 'ups', 'usps']); // prettier-ignore
});
