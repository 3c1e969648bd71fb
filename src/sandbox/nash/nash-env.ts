import type { PartnerEnv } from '../apply-faults.ts';
import type { NashAnswers } from './answers.ts';
import type { Tenant } from './tenant.ts';

/** What Nash's routes carry: who calls, and how to word answers. */
export interface NashEnv {
  Bindings: PartnerEnv['Bindings'];
  Variables: PartnerEnv['Variables'] & { tenant: Tenant; answers: NashAnswers };
}
