import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { createEgress, type EgressOptions } from '../../src/platform/egress.ts';
import { parseAddress, refuseAddress, refusedRanges } from '../../src/platform/egress-ranges.ts';
import { egress as vectors } from '../vectors/vectors.ts';

const httpsOnly = createEgress({ allow: [] });
const refused = (code: string) => expect.objectContaining({ kind: 'rejected', code });
const whyOf = (text: string): string | undefined => {
  const address = parseAddress(text);
  return address && refuseAddress(address);
};
type Row = (typeof vectors.urls)[number];
const urlOf = ({ input }: Row): string => input.url.padEnd(input.paddedTo ?? 0, 'a');

/** Fails unless the guard says of this row's URL what the row wants. */
function judge(row: Row, url: string, options: EgressOptions): void {
  const egress = createEgress(options);
  if (row.wanted.verdict === 'refused') expect(() => egress.check(url)).toThrow(refused(row.wanted.code));
  else expect(egress.check(url).href).toBe(row.wanted.url ?? url);
}

describe('a URL is judged when it is written', () => {
  test.each(vectors.urls)('$id $what: $wanted.verdict', (row) => {
    const { allow, allowHttp, ports } = vectors.settings;
    const { settings = {} } = row.input;
    judge(row, urlOf(row), {
      allow: settings.allow ?? allow,
      allowHttp: settings.allowHttp ?? allowHttp,
      ports: settings.ports ?? ports,
    });
  });

  const overHttp = vectors.urls.filter(({ input }) => input.url.startsWith('http:') && input.settings === undefined);
  test.each(overHttp)('$id $what: $wanted.verdict over https as well', (row) => {
    const { wanted } = row;
    const url = wanted.verdict === 'passed' ? wanted.url?.replace('http:', 'https:') : undefined;
    const overHttps = url === undefined ? row : { ...row, wanted: { verdict: 'passed' as const, url } };
    judge(overHttps, urlOf(row).replace('http:', 'https:'), { allow: [] });
  });

  test('no text at all is an error of ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withFragments: true }), fc.string({ unit: 'binary' })), (text) => {
        try {
          expect(httpsOnly.check(text).protocol).toBe('https:');
        } catch (error) {
          expect(error).toMatchObject({ kind: 'rejected', code: expect.stringMatching(/^egress\./) });
        }
      }),
    );
  });
});

describe('addresses', () => {
  test.each(refusedRanges.map(([cidr, why]) => ({ cidr, why })))('$cidr is refused in whole: $why', ({ cidr }) => {
    const [network, prefixBits] = ipaddr.parseCIDR(cidr);
    const bytes = network.toByteArray();
    const hostBits = bytes.map((_, index) => 0xff >> Math.min(8, Math.max(0, prefixBits - index * 8)));
    const inside = (fill: readonly number[]) =>
      ipaddr.fromByteArray(bytes.map((byte, index) => byte | ((fill[index] ?? 0) & (hostBits[index] ?? 0)))).toString();
    expect(whyOf(inside([]))).toBeDefined();
    expect(whyOf(inside(hostBits))).toBeDefined();
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: bytes.length, maxLength: bytes.length }), (fill) => {
        expect(whyOf(inside(fill))).toBeDefined();
      }),
    );
  });

  test.each(['0177.0.0.1', '1.2.3', '2130706433', 'fe80::1%lo', '', '[::1]', 'localhost', ' 1.1.1.1'])(
    '"%s" is not taken for an address',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );
});

describe('what the operator opens', () => {
  test.each([
    {
      rule: '10.0.0.0/8',
      opened: ['http://10.1.2.3:8080/', 'https://10.1.2.3/'],
      shut: ['https://11.0.0.1:8080/', 'https://[::ffff:10.1.2.3]/'],
    },
    { rule: '10.0.0.5', opened: ['http://10.0.0.5/'], shut: ['https://10.0.0.6/'] },
    { rule: 'fd12::/16', opened: ['http://[fd12::1]:9/'], shut: ['https://[fd13::1]/'] },
    {
      rule: '127.0.0.1:8090',
      opened: ['http://127.0.0.1:8090/', 'http://127.1:8090/'],
      shut: ['https://127.0.0.1:8091/', 'https://127.0.0.1/', 'http://localhost:8090/'],
    },
    { rule: '[::1]:8090', opened: ['http://[0:0::1]:8090/'], shut: ['https://[::1]/'] },
    { rule: 'Redis-UI:80', opened: ['http://redis-ui/'], shut: ['https://redis-ui/'] },
    {
      rule: 'oms.corp',
      opened: ['http://oms.corp:8080/', 'https://OMS.corp./'],
      shut: ['https://a.oms.corp/', 'https://xoms.corp/'],
    },
    { rule: '*.corp', opened: ['http://oms.corp/', 'http://a.b.corp:1/'], shut: ['https://corp/', 'https://notcorp/'] },
  ])('$rule opens that and nothing beside it', ({ rule, opened, shut }) => {
    const egress = createEgress({ allow: [rule] });
    for (const url of opened) expect(egress.check(url), url).toBeInstanceOf(URL);
    for (const url of shut) expect(() => egress.check(url), url).toThrow(expect.objectContaining({ kind: 'rejected' }));
  });

  test('does not open other schemes, nor credentials', () => {
    const egress = createEgress({ allow: ['0.0.0.0/0', '*.example'] });
    expect(() => egress.check('ftp://10.0.0.1/')).toThrow(refused('egress.scheme'));
    expect(() => egress.check('http://user@a.example/')).toThrow(refused('egress.credentials'));
  });

  test.each(['', '*', '10.0.0.0/33', 'a b', 'https://example.com', 'host:99999', '*.*.example', '[::1]', 'a..b'])(
    '"%s" is no rule',
    (rule) => {
      expect(() => createEgress({ allow: [rule] })).toThrow(
        expect.objectContaining({ kind: 'misconfigured', code: 'egress.rule_invalid' }),
      );
    },
  );
});
