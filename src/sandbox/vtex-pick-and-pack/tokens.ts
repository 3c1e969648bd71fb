import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

const ClaimsSchema = z.object({ hostname: z.string(), iat: z.number(), exp: z.number() });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** JWTs of 15 minutes, HS256, as the token example is. */
export function createTokens(nowMs: () => number) {
  const secret = randomBytes(32);
  let revokedBeforeMs = 0;
  const sign = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();
  return {
    make(hostname: string, seconds: number): string {
      const iat = Math.floor(nowMs() / 1000);
      const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ hostname, username: 'integration', iat, exp: iat + seconds, jti: randomBytes(6).toString('hex') })}`; // prettier-ignore
      return `${text}.${sign(text).toString('base64url')}`;
    },
    /** Whose token it is; `expired` and `wrong` are answered differently. */
    read(token: string): { hostname: string } | 'expired' | 'wrong' {
      const [header = '', claims = '', signature = ''] = token.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(`${header}.${claims}`);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'wrong';
      const { hostname, iat, exp } = ClaimsSchema.parse(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')));
      return exp * 1000 <= nowMs() || iat * 1000 < revokedBeforeMs ? 'expired' : { hostname };
    },
    /** Everything given out before now is expired. */
    revokeAll(): void {
      revokedBeforeMs = Math.floor(nowMs() / 1000) * 1000 + 1000;
    },
  };
}
export type PnpTokens = ReturnType<typeof createTokens>;
