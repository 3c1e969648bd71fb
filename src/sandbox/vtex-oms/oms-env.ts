import type { PartnerEnv } from '../apply-faults.ts';
import type { Account } from './account.ts';

export interface OmsEnv extends PartnerEnv {
  Variables: PartnerEnv['Variables'] & { account: Account };
}
