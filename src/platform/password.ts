import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/**
 * OWASP's parameters of scrypt for those who cannot spare 128 MiB for each login (Password Storage Cheat Sheet: N=2^15, r=8,
 * p=3, as strong as N=2^17 with p=1): 32 MiB, so that a burst of logins does not end a small container.
 */
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const memoryMax = 64 * 2 ** 20;
const keyBytes = 32;

interface Cost {
  N: number;
  r: number;
  p: number;
}

const derive = (password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // The same letters may be typed as other code points (NIST SP 800-63B, 5.1.1.2).
    scrypt(password.normalize('NFKC'), salt, keyBytes, { N, r, p, maxmem: memoryMax }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });

/** `scrypt$N$r$p$salt$key`: with its cost, so that it can be raised for new ones. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Whether this is the password. Takes as long where there is none (`null`): how long it takes tells nobody who exists. */
export async function isPassword(password: string, hashed: string | null): Promise<boolean> {
  const [scheme, N, r, p, salt = '', key = ''] = hashed?.split('$') ?? [];
  if (scheme !== 'scrypt') {
    await derive(password, Buffer.alloc(16), cost);
    return false;
  }
  const wanted = Buffer.from(key, 'base64url');
  const given = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}
