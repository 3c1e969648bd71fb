import { join } from 'node:path';
import type { Blobs } from './blobs.ts';
import type { Clock } from './clock.ts';
import { requireSetting, type Config } from './config.ts';
import { createDiskBlobs } from './disk-blobs.ts';
import type { Http } from './http.ts';
import { createS3Blobs } from './s3-blobs.ts';

/**
 * The blob store of the configuration: a bucket, or else the folder `blobs` of PACKLINE_HOME.
 * @throws Failure `misconfigured` `config.invalid` for a bucket without its keys
 */
export function openBlobs(config: Config, deps: { http: Http; clock: Clock }): Blobs {
  if (config.blobsUrl === undefined) return createDiskBlobs(join(config.home, 'blobs'));
  return createS3Blobs(
    {
      url: config.blobsUrl,
      region: config.blobsRegion,
      accessKeyId: requireSetting(config, 'blobsKeyId'),
      secretAccessKey: requireSetting(config, 'blobsSecret'),
    },
    deps,
  );
}
