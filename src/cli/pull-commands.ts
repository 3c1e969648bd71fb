import type { Command } from 'commander';
import { asMerchant, callAsMerchant, pathOf, print, type MerchantOptions } from './as-merchant.ts';

interface FullPull {
  id: string;
  status: string;
  skus: number;
  productsRunId: string;
  inventoryRunId: string;
  failure: { code: string; detail: string } | null;
}
interface Pulls {
  enabled: boolean;
  waitingSkus: number;
  full: FullPull | null;
}

const describe = ({ id, status, skus, productsRunId, inventoryRunId, failure }: FullPull): string[] => [
  `${id}  ${status}  ${skus} SKUs read, into the runs ${productsRunId} and ${inventoryRunId}`,
  ...(failure === null ? [] : [`  ${failure.code}: ${failure.detail}`]),
];

/** `packline pulls …`: products and stock that are read at an OMS; over HTTP, as a merchant. */
export function addPullCommands(program: Command): void {
  const pulls = program.command('pulls').description('products and stock that are read at an OMS');
  const pathOfPulls = (connection: string): string => pathOf('connections', connection, 'pulls');

  asMerchant(pulls.command('show'))
    .description('how far the pull of a connection is')
    .argument('<connection>')
    .action(async (connection: string, options: MerchantOptions) => {
      const shown = await callAsMerchant<Pulls>(options, pathOfPulls(connection));
      const { enabled, waitingSkus, full } = shown;
      const said = enabled ? `${waitingSkus} changed SKUs wait to be read` : 'this connection is not asked to pull';
      print(shown, options, [said, ...(full === null ? [] : describe(full))]);
    });
  asMerchant(pulls.command('start'))
    .description('read all products and stock now; packline runs watch follows what becomes of them')
    .argument('<connection>')
    .action(async (connection: string, options: MerchantOptions) => {
      const begun = await callAsMerchant<FullPull>(options, pathOfPulls(connection), { method: 'POST', body: {} });
      print(begun, options, describe(begun));
    });
}
