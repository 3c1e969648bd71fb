import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Failure } from '../domain/failure.ts';
import { requireSetting, type Config } from './config.ts';
import { readOrCreatePrivateFile } from './private-file.ts';
import { MasterKeySchema, type MasterKey } from './settings.ts';

/** Where the sandbox keeps the master key that it made. */
export const secretKeyPath = (home: string): string => join(home, 'secret.key');

/**
 * The master key. Outside the sandbox it must be set: a key that was made here would be lost with this machine and
 * everything sealed with it. In the sandbox it is made once and kept in `secretKeyPath` (mode 0600).
 */
export async function loadOrCreateSecretKey(config: Config): Promise<MasterKey> {
  if (config.secretKey !== undefined) return config.secretKey;
  if (!config.sandbox) return requireSetting(config, 'secretKey');
  const path = secretKeyPath(config.home);
  const content = await readOrCreatePrivateFile(path, () => `${randomBytes(32).toString('base64')}\n`);
  const parsed = MasterKeySchema.safeParse(content.trim());
  if (parsed.success) return parsed.data;
  throw new Failure(
    'misconfigured',
    'config.invalid',
    `${path}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`,
  );
}
