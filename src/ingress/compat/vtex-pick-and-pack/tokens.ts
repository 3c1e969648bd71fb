import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import type { Clock } from '../../../platform/clock.ts';
import type { Keyring } from '../../../platform/secrets.ts';

/** For whom a token speaks: the holder of an API key, for as long as there is that key. */
export interface TokenHolder {
  merchantId: string;
  keyId: string;
}

export interface Tokens {
  make(holder: TokenHolder): Promise<string>;
  read(token: string): Promise<TokenHolder | 'expired' | 'wrong'>;
}

/** "Expires in 15 minutes". */
const lifeSeconds = 15 * 60;
const algorithm = 'HS256';
const audience = 'vtex-pick-and-pack';
const issuer = 'packline';
/** The claims of VTEX's own example. */
const ClaimsSchema = z.object({ hostname: z.string(), username: z.string() });

/** JWTs signed with a key of their own below the master key: no process has to ask another whether one is good. */
export function createTokens({ keyring, clock }: { keyring: Keyring; clock: Clock }): Tokens {
  const keys = keyring.signingKeys('vtex-pick-and-pack token');
  const [current] = keys;
  return {
    make({ merchantId, keyId }) {
      const issuedAt = Math.floor(clock.now() / 1000);
      return new SignJWT({ hostname: merchantId, username: keyId })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifeSeconds)
        .sign(current);
    },
    async read(token) {
      const wanted = { algorithms: [algorithm], audience, issuer, requiredClaims: ['exp'] };
      for (const key of keys) {
        try {
          const { payload } = await jwtVerify(token, key, { ...wanted, currentDate: new Date(clock.now()) });
          const { hostname, username } = ClaimsSchema.parse(payload);
          return { merchantId: hostname, keyId: username };
        } catch (error) {
          if (error instanceof errors.JWTExpired) return 'expired';
          // Signed before a rotation, perhaps; whatever else is wrong with it is wrong under every key.
          if (!(error instanceof errors.JWSSignatureVerificationFailed)) return 'wrong';
        }
      }
      return 'wrong';
    },
  };
}
