import { expect, test } from 'vitest';
import { startConsole } from '../support/console.ts';
import { testRedis } from '../support/redis.ts';

const { url } = await testRedis();
// No sandbox listens where this one looks for it.
const site = await startConsole(url);

test('while the sandbox is away, its page says so', async () => {
  const admin = await site.logIn('ada', 'admin');
  const away = await admin.get('/ops/sandbox');
  expect([away.status, away.text.includes('The sandbox failed')]).toEqual([500, true]);
});
