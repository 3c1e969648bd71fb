import type { OmsOrder } from './oms-order.ts';

/** What stands beside a list of orders: figures over all that were found, as the Orders API's example prints them. */
export function toListStats(orders: readonly OmsOrder[]): object {
  const byFacet = (values: readonly number[]): object => ({
    ...figuresOf(values),
    // The sandbox has orders of one origin and one currency.
    Facets: {
      origin: { Fulfillment: { ...figuresOf([]), Facets: null }, Marketplace: { ...figuresOf(values), Facets: null } },
      currencyCode: { BRL: { ...figuresOf(values), Facets: null } },
    },
  });
  return {
    stats: {
      totalValue: byFacet(orders.map(({ doc }) => doc.value)),
      totalItems: byFacet(orders.map(({ input }) => input.lines.length)),
    },
  };
}

function figuresOf(values: readonly number[]) {
  const count = values.length;
  const sum = values.reduce((total, value) => total + value, 0);
  const sumOfSquares = values.reduce((total, value) => total + value * value, 0);
  const mean = count === 0 ? 0 : sum / count;
  const squaredOff = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return {
    Count: count,
    Max: count === 0 ? 0 : Math.max(...values),
    Mean: mean,
    Min: count === 0 ? 0 : Math.min(...values),
    Missing: 0,
    StdDev: count < 2 ? 0 : Math.sqrt(squaredOff / (count - 1)),
    Sum: sum,
    SumOfSquares: sumOfSquares,
  };
}
