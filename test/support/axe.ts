import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/**
 * What axe finds wrong on a page, each with the first piece of it: all of its rules, or these alone. It looks from within the
 * page: its other way opens a tab for every look, which is for frames of other sites and takes longer than looking.
 */
export async function axeFinds(page: Page, rules?: readonly string[]): Promise<(string | undefined)[][]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
  const { violations } = await (rules === undefined ? axe : axe.withRules([...rules])).analyze();
  return violations.map(({ id, nodes }) => [id, nodes[0]?.html]);
}
