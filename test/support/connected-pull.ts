import type { ConnectedMerchant } from './connected-merchant.ts';

type Row = Record<string, unknown>;

/** A VTEX account whose products and stock are pulled for the merchant's Nash: warehouse `wh1` is its store-1. */
export interface ConnectedPull {
  account: string;
  omsId: string;
  /** Changes SKUs at VTEX (sandbox: sku-doc.ts); the affiliate is told unless said otherwise. */
  change(skus: readonly Row[], options?: { notify?: boolean }): Promise<void>;
  /** Tells of changes that were none. */
  tellOf(notices: readonly Row[], times?: number): Promise<void>;
  setAffiliate(affiliate: Row): Promise<void>;
  /** Where VTEX sends what affiliates are told. */
  noticeUrl: string;
  /** What the partner has. */
  products(): Promise<Row[]>;
  inventory(): Promise<Row[]>;
  stockOf(skuId: string, storeId?: string): Promise<Row | undefined>;
  /** The merchant's runs. */
  runs(): Promise<{ data: Row[] }>;
  /** `GET …/pulls`. */
  pulls(): Promise<Row>;
  waitingSkus(): Promise<unknown>;
}

export async function connectPull(
  merchant: ConnectedMerchant,
  sandboxUrl: string,
  options: { account?: string; pull?: Row; atVtex?: Row } = {},
): Promise<ConnectedPull> {
  const { account = 'pulled' } = options;
  const call: ConnectedMerchant['call'] = (...args) => merchant.call(...args);
  const control: ConnectedMerchant['control'] = (...args) => merchant.control(...args);
  const appKey = `vtexappkey-${account}-DEMOKE`;
  const appToken = 'vtex_demo_token';
  const catalog = `/vtex/accounts/${account}/catalog`;
  await control('PUT', '/vtex/accounts', { account, appKey, appToken, ...options.atVtex });
  const made = await call('POST', '/v1/connections', {
    connector: 'vtex',
    name: `VTEX ${account}`,
    settings: {
      account,
      baseUrl: `${sandboxUrl}/vtex/${account}`,
      appKey,
      appToken,
      pull: {
        connectionId: merchant.connectionId,
        salesChannel: '1',
        currency: 'BRL',
        warehouses: { wh1: 'store-1', wh2: null },
        pricingBaseUrl: `${sandboxUrl}/vtex/${account}/pricing`,
        fullHours: 0,
        pauseSeconds: 1,
        ...options.pull,
      },
    },
  });
  if (made.status !== 201) throw new Error(`set-up was answered ${made.status}: ${JSON.stringify(made.body)}`);
  const omsId = String(made.body['id']);
  const url = `${String(made.body['webhookUrl'])}/api/notification/`;
  const setAffiliate = async (affiliate: Row) =>
    void (await control('PUT', `${catalog}/affiliate`, { url, ...affiliate }));
  await setAffiliate({});
  const listed = async (what: 'products' | 'inventory'): Promise<Row[]> => {
    const reply = await fetch(`${sandboxUrl}/_sandbox/nash/catalog/${what}?org=org_demo`);
    return (await reply.text())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row);
  };
  const pulls = async () => (await call('GET', `/v1/connections/${omsId}/pulls`)).body;
  return {
    account,
    omsId,
    change: async (skus, { notify = true } = {}) => void (await control('POST', `${catalog}/skus`, { skus, notify })),
    tellOf: async (notices, times = 1) => void (await control('POST', `${catalog}/notices`, { notices, times })),
    setAffiliate,
    noticeUrl: url,
    products: () => listed('products'),
    inventory: () => listed('inventory'),
    stockOf: async (skuId, storeId = 'store-1') =>
      (await listed('inventory')).find(
        (row) => row['externalProductId'] === skuId && row['externalStoreLocationId'] === storeId,
      ),
    runs: async () => (await call('GET', '/v1/runs?limit=100')).body as { data: Row[] },
    pulls,
    waitingSkus: async () => (await pulls())['waitingSkus'],
  };
}
