/**
 * `YYMMDD` as a plain day. The century is the one that brings the year nearest to the current one, 49 years back to 50
 * ahead (GS1 General Specifications, 7.12); day 00 is the last of the month. Null for a day that no calendar has.
 */
export function toLabelDate(yymmdd: string, currentYear: number): string | null {
  const month = Number(yymmdd.slice(2, 4));
  const day = Number(yymmdd.slice(4, 6));
  const year = toYear(Number(yymmdd.slice(0, 2)), currentYear);
  if (month < 1 || month > 12) return null;
  const last = daysIn(year, month);
  if (day > last) return null;
  return `${year}-${yymmdd.slice(2, 4)}-${day === 0 ? last : yymmdd.slice(4, 6)}`;
}

function toYear(twoDigits: number, currentYear: number): number {
  const ahead = twoDigits - (currentYear % 100);
  const sameCentury = currentYear + ahead;
  if (ahead >= 51) return sameCentury - 100;
  return ahead <= -50 ? sameCentury + 100 : sameCentury;
}

/** 30 days hath September. */
const daysIn = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
};
