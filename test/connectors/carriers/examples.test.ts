import { expect, test } from 'vitest';
import { inOrder } from '../../../src/domain/merge-tracking.ts';
import { examples } from './carrier-examples.ts';

test.each(examples)(
  'the example document of %s means what the tables say of its words',
  (_name, document, read, meanings) => {
    const events = read(document).flatMap((report) => inOrder(report.events));
    const said = events.map(({ status, delayed, reason }) =>
      [status ?? '-', delayed === true ? '+delayed' : '', reason === undefined ? '' : `(${reason})`].join(''),
    );
    expect(said.join(' ')).toBe(meanings);
  },
);
