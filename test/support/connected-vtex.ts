import type { ConnectedMerchant } from './connected-merchant.ts';

/** A merchant's VTEX account: its OMS, and its Pick and Pack for the warehouses that are not the Nash's. */
export interface ConnectedVtex {
  account: string;
  omsId: string;
  pickAndPackId: string;
  /** A shopper's order in the OMS; answers its id. */
  shop(order?: Record<string, unknown>): Promise<string>;
  /** The order as VTEX has it, with what really happened to it. */
  atOms(orderId: string): Promise<Record<string, unknown>>;
}

export interface VtexOptions {
  account?: string;
  /** Settings of the connections, beside what connects them. */
  oms?: Record<string, unknown>;
  pickAndPack?: Record<string, unknown>;
  /** Settings of the simulated account and its Pick and Pack. */
  atVtex?: Record<string, unknown>;
  atPickAndPack?: Record<string, unknown>;
  /** Registers the hook (and feed) as the settings say. */
  register?: boolean;
  hooks?: boolean;
}

/** Each account has a key of its own. */
const apiKeyOf = (account: string): string => {
  const digits = Buffer.from(account).toString('hex').padEnd(32, '0').slice(0, 32);
  return `${digits}:${digits.repeat(4)}`;
};

/** Warehouse `store-1` belongs to the Nash that `connectMerchant` connects; all others go to Pick and Pack. */
export async function connectVtex(
  merchant: ConnectedMerchant,
  sandboxUrl: string,
  options: VtexOptions = {},
): Promise<ConnectedVtex> {
  const { account = 'demomarket', register = true, hooks = true } = options;
  const appKey = `vtexappkey-${account}-DEMOKE`;
  const appToken = 'vtex_demo_token';
  const apiKey = apiKeyOf(account);
  await merchant.control('PUT', '/vtex/accounts', { account, appKey, appToken, ...options.atVtex });
  const must = async (path: string, body: unknown) => {
    const answer = await merchant.call('POST', path, body);
    if (answer.status >= 300) throw new Error(`set-up was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const oms = await must('/v1/connections', {
    connector: 'vtex',
    name: `VTEX ${account}`,
    settings: { account, baseUrl: `${sandboxUrl}/vtex/${account}`, appKey, appToken, ...options.oms },
  });
  const omsId = String(oms['id']);
  const pickAndPack = await must('/v1/connections', {
    connector: 'vtex-pick-and-pack',
    name: `Pick and Pack ${account}`,
    settings: {
      account,
      apiKey,
      apiBaseUrl: `${sandboxUrl}/vtex-pnp`,
      authBaseUrl: `${sandboxUrl}/vtex-pnp-auth`,
      legacyBaseUrl: `${sandboxUrl}/vtex-pnp-legacy`,
      ...options.pickAndPack,
    },
    routing: [{ connections: [omsId] }],
  });
  const url = String(pickAndPack['webhookUrl']);
  await merchant.control('PUT', '/vtex-pick-and-pack/accounts', {
    account,
    apiKey,
    excludeWarehouseIds: ['store-1'],
    webhooks: hooks ? [{ url }] : [],
    ...options.atPickAndPack,
  });
  if (register) await must(`/v1/connections/${omsId}/register-webhooks`, {});
  return {
    account,
    omsId,
    pickAndPackId: String(pickAndPack['id']),
    shop: async (order = {}) =>
      String((await merchant.control('POST', '/vtex/orders', { account, ...order }))['orderId']),
    atOms: (orderId) => merchant.control('GET', `/vtex/orders/${orderId}`),
  };
}
