import { randomBytes } from 'node:crypto';
import { makeWebhookSecret } from '../../src/platform/signature.ts';
import type { TestPackline } from '../support/packline.ts';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** The unguessable last part of a connection's inbound URL. */
export const tokenOf = (webhookUrl: unknown): string => new URL(String(webhookUrl)).pathname.split('/').at(-1) ?? '';

/** What must stay secret, by name: what is given to Packline here, and what it made itself. More are added as it shows them. */
export const secretsOf = ({ merchantKey, adminKey, webhookUrl, webhookSecret, base }: TestPackline) => ({
  ownerKey: merchantKey,
  adminKey,
  masterKey: base.config.secretKey?.key.toString('base64') ?? '',
  token: tokenOf(webhookUrl),
  nashKey: 'nash_demo_key',
  nashSecret: webhookSecret,
  nashSecretBefore: makeWebhookSecret(randomBytes(32)),
  vtexToken: `vt-${hex(16)}`,
  vtexHookKey: `vh-${hex(16)}`,
  pickAndPackKey: `${hex(16)}:${hex(64)}`,
  pickAndPackHookKey: `ph-${hex(16)}`,
  lastMileKey: `lm-${hex(16)}`,
  lastMileHeader: `lh-${hex(16)}`,
  echoNashKey: `nk-${hex(16)}`,
  echoNashSecret: makeWebhookSecret(randomBytes(32)),
  echoVtexToken: `vt-${hex(16)}`,
  echoPickAndPackKey: `${hex(16)}:${hex(64)}`,
  appKey: 'vtexappkey-echoshop-QWERTZ',
  baseUrlKey: `bu-${hex(16)}`,
  endpointUrlKey: `ep-${hex(16)}`,
  endpointHeaderKey: `eh-${hex(16)}`,
});
export type Secrets = ReturnType<typeof secretsOf> & Record<string, string>;
