import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

const ClaimsSchema = z.object({ hostname: z.string(), exp: z.number() });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = encode({ alg: 'HS256', typ: 'JWT' });

/** Tokens of older secrets than these are wrong, no longer expired. */
const retiredMax = 100;

export interface PnpTokens {
  make(hostname: string, seconds: number): string;
  /** Whose token it is; `expired` and `wrong` are answered differently. */
  read(token: string): { hostname: string } | 'expired' | 'wrong';
  /** Everything given out so far is expired from now on. */
  expireAll(): void;
}

/** JWTs, HS256, with the claims of the documented example. A secret lasts until its tokens are made to expire. */
export function createTokens(nowMs: () => number): PnpTokens {
  let secret = randomBytes(32);
  const retired: Buffer[] = [];
  const isSigned = (text: string, signature: string, by: Buffer): boolean => {
    const given = Buffer.from(signature, 'base64url');
    const expected = createHmac('sha256', by).update(text).digest();
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  return {
    make(hostname, seconds) {
      const iat = Math.floor(nowMs() / 1000);
      const text = `${header}.${encode({ hostname, username: 'integration', iat, exp: iat + seconds })}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    },
    read(token) {
      const [head = '', claims = '', signature = ''] = token.split('.');
      const text = `${head}.${claims}`;
      if (!isSigned(text, signature, secret)) {
        return retired.some((old) => isSigned(text, signature, old)) ? 'expired' : 'wrong';
      }
      const { hostname, exp } = ClaimsSchema.parse(JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')));
      return exp * 1000 <= nowMs() ? 'expired' : { hostname };
    },
    expireAll() {
      retired.unshift(secret);
      retired.length = Math.min(retired.length, retiredMax);
      secret = randomBytes(32);
    },
  };
}
