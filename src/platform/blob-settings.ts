import { z } from 'zod';
import { settingRegistry, text } from './setting-values.ts';

/** Where spooled uploads lie: on a disk that api and workers share, or in a bucket. */
export const blobSettings = {
  blobsUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .register(settingRegistry, {
      env: 'PACKLINE_BLOBS_URL',
      about:
        'URL of an S3-compatible bucket (https://host/bucket or https://bucket.host) for spooled uploads; PACKLINE_HOME when not set.',
    }),
  blobsRegion: text().register(settingRegistry, {
    env: 'PACKLINE_BLOBS_REGION',
    fallback: 'us-east-1',
    about: 'Region of that bucket, as its requests are signed for it.',
  }),
  blobsKeyId: text().optional().register(settingRegistry, {
    env: 'PACKLINE_BLOBS_KEY_ID',
    about: 'Access key id for that bucket.',
  }),
  blobsSecret: text().optional().register(settingRegistry, {
    env: 'PACKLINE_BLOBS_SECRET',
    about: 'Secret access key for that bucket.',
    secret: true,
  }),
};
