import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import { fixOf, issueCatalogue, issueKindOf, type IssueKind } from '../../src/domain/issue-catalogue.ts';

const path = 'docs/operate/issues.md';
const whoWords = { you: 'you', packline: 'Packline', partner: 'the partner' } as const;
const remedyWords = {
  connection: 'mend the connection, then retry',
  endpoint: 'mend the endpoint',
  order: 'correct the order: it is sent again by itself',
  retry: 'retry',
  resync: 'read the order anew',
  wait: 'wait',
} as const;
const line = ({ code, means, who, remedy }: IssueKind): string =>
  `| \`${code}\` | ${means} | ${whoWords[who]} | ${remedyWords[remedy]} |`;
const table = ['| code | means | who can fix it | how |', '|---|---|---|---|', ...issueCatalogue.map(line)].join('\n');

test('docs/operate/issues.md says of each code what the API says', async () => {
  const text = await readFile(path, 'utf8');
  const fresh = text.replace(/(<!-- codes: .* -->\n)[^]*(<!-- \/codes -->)/, `$1\n${table}\n\n$2`);
  // PACKLINE_WRITE_DOCS=1 writes the table anew.
  if (process.env['PACKLINE_WRITE_DOCS'] === '1') await writeFile(path, fresh);
  else expect(text).toBe(fresh);
});

describe('an issue', () => {
  const issue = { id: 'iss_1', target: 'con_1', retrying: false, orderIds: ['ord_1'] };
  it.each([
    ['nash.key_refused', 'misconfigured', 'PATCH /v1/connections/con_1'],
    ['nash.validation_errors', 'rejected', 'PATCH /v1/orders/ord_1'],
    ['order.stuck', 'rejected', 'POST /v1/orders/ord_1/resync'],
    ['nash.no_such_code', 'rejected', 'POST /v1/issues/iss_1/retry'],
    ['http.reset', 'transient', 'POST /v1/issues/iss_1/retry'],
  ] as const)('of the code %s says which call ends it', (code, kind, call) => {
    const fix = fixOf({ ...issue, code, kind });
    expect(`${fix?.method} ${fix?.path}`).toBe(call);
  });

  test('that goes by itself asks for nothing', () => {
    expect(fixOf({ ...issue, code: 'nash.unavailable', kind: 'transient', retrying: true })).toBeNull();
  });

  test('of a code with no row means what its kind means', () => {
    expect(issueKindOf('nash.no_such_code', 'misconfigured')).toMatchObject({ who: 'you', remedy: 'connection' });
  });

  test('finds the first row that fits, and no row is out of reach', () => {
    for (const row of issueCatalogue) {
      const code = row.code.replace(/^\*/, 'anybody').replace(/\*$/, 'anything');
      expect(issueKindOf(code, 'aborted')).toBe(row);
    }
  });
});
