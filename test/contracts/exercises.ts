import type { Exercise } from './stage.ts';
import { nashOrders } from './exercise-nash.ts';
import { lastMile } from './exercise-last-mile.ts';
import { pickAndPack } from './exercise-pick-and-pack.ts';
import { vtexStock } from './exercise-vtex-stock.ts';
import { vtexOms } from './exercise-vtex-oms.ts';

export const exercises: readonly Exercise[] = [vtexOms, vtexStock, pickAndPack, lastMile, nashOrders];
