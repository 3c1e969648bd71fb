import { callPatiently } from './call-patiently.ts';
import type { DemoCredentials } from './seed-demo.ts';

interface ConnectionView {
  id: string;
  name: string;
  webhookUrl: string;
}

/** The sandbox's demo account, its keys, and the warehouse whose orders go to its Pick and Pack. */
const account = 'demomarket';
const appKey = 'vtexappkey-demomarket-DEMOKE';
const appToken = 'vtex_demo_token';
const apiKey = `${'0123456789abcdef'.repeat(2)}:${'fedcba9876543210'.repeat(8)}`;
export const pickAndPackStore = 'store-2';
const nashStore = 'store-1';

const omsName = 'VTEX OMS (sandbox)';
const pickAndPackName = 'VTEX Pick and Pack (sandbox)';

/**
 * The demo merchant's VTEX account: orders of `store-1` are handled by Nash and left out by Pick and Pack's store filters,
 * those of `store-2` are handled by Pick and Pack. The sandbox remembers nothing, so hooks are registered on every start.
 */
export async function connectVtex({ baseUrl, sandboxUrl, merchantKey: key }: DemoCredentials): Promise<void> {
  const { data } = await callPatiently<{ data: ConnectionView[] }>(`${baseUrl}/v1/connections`, { key });
  const connect = async (connector: string, name: string, settings: object, routing?: object[]) => {
    const earlier = data.find((connection) => connection.name === name);
    const [method, path, body] =
      earlier === undefined
        ? ['POST', '', { connector, name, settings, ...(routing && { routing }) }]
        : ['PATCH', `/${earlier.id}`, { settings }];
    return callPatiently<ConnectionView>(`${baseUrl}/v1/connections${path}`, { method, key, body });
  };
  const oms = await connect('vtex', omsName, { account, baseUrl: `${sandboxUrl}/vtex/${account}`, appKey, appToken });
  const pickAndPack = await connect(
    'vtex-pick-and-pack',
    pickAndPackName,
    {
      account,
      apiKey,
      apiBaseUrl: `${sandboxUrl}/vtex-pnp`,
      authBaseUrl: `${sandboxUrl}/vtex-pnp-auth`,
      legacyBaseUrl: `${sandboxUrl}/vtex-pnp-legacy`,
    },
    [{ connections: [oms.id], storeLocationIds: [pickAndPackStore] }],
  );
  // What a merchant does in the VTEX Admin.
  await callPatiently(`${sandboxUrl}/_sandbox/vtex-pick-and-pack/accounts`, {
    method: 'PUT',
    body: { account, apiKey, excludeWarehouseIds: [nashStore], webhooks: [{ url: pickAndPack.webhookUrl }] },
  });
  await callPatiently(`${baseUrl}/v1/connections/${oms.id}/register-webhooks`, { method: 'POST', key, body: {} });
}
