import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpFailure, openHttp } from '../support/http-exchange.ts';
import { listen } from '../support/listen.ts';

/** Keys and certificates of one authority, valid until 2120 unless their name says otherwise. */
const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');

const trusted = getCACertificates('default');
beforeAll(() => setDefaultCACertificates([pem('authority')]));
afterAll(() => setDefaultCACertificates(trusted));

/** A GET of partner.example, answered by a server that presents this certificate; and what reached the server. */
function ask(certificate: string, options: TlsOptions = {}) {
  const requests: string[] = [];
  const keys = pem(certificate);
  const server = createServer({ key: keys, cert: keys, ...options }, (request, response) => {
    requests.push(request.url ?? '');
    response.end('reached');
  });
  const reply = listen(server).then((port) =>
    openHttp(() => Promise.resolve([{ address: '127.0.0.1', family: 4 }])).request({
      method: 'POST',
      url: `https://partner.example:${port}/`,
      body: 'x',
    }),
  );
  return { requests, reply };
}

describe('a server of an authority that is trusted', () => {
  test('is believed when its certificate bears the name that was asked for', async () => {
    const { reply } = ask('partner');
    expect((await reply).text()).toBe('reached');
  });

  test.each([
    { what: 'D18a: bears another name', certificate: 'other-name', options: {} },
    { what: 'D18b: has expired', certificate: 'expired', options: {} },
    {
      what: 'D18c: is right, and TLS 1.1 the newest that it speaks',
      certificate: 'partner',
      options: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    },
  ] as const)('is sent nothing when its certificate $what', async ({ certificate, options }) => {
    const { requests, reply } = ask(certificate, options);
    await expect(reply).rejects.toThrow(httpFailure('transient', 'http.tls', false));
    expect(requests).toEqual([]);
  });
});
