import type { PartnerEnv } from '../apply-faults.ts';
import type { PnpAccount } from './pnp-account.ts';

export interface PnpEnv extends PartnerEnv {
  Variables: PartnerEnv['Variables'] & { account: PnpAccount };
}
