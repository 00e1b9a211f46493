import { formatAmount } from '../../kernel/money.js';
import { table } from '../output.js';

/**
 * What the main job came to; the shape of `sanad demo --json`. Money in minor units, as decimal
 * strings.
 */
export interface DemoSummary {
  readonly households: number;
  readonly applications: {
    readonly submitted: number;
    readonly eligible: number;
    readonly ineligible: number;
    readonly rejectedRows: number;
    readonly duplicates: number;
  };
  readonly cycles: readonly DemoCycle[];
  readonly budget: {
    readonly allottedMinor: string;
    readonly reservedMinor: string;
    readonly spentMinor: string;
    readonly freeMinor: string;
  };
  readonly audit: { readonly events: number; readonly violations: number };
  readonly rebuild: { readonly identical: boolean };
  readonly elapsedMs: number;
  readonly eventsPerSecond: number;
}

/**
 * Counts are of payments by their final state, so ordered = settled + rejected + returned +
 * outstanding; `reinstructed` were paid to a mended account.
 */
export interface DemoCycle {
  readonly period: string;
  readonly policyVersion: number;
  readonly ordered: number;
  readonly settled: number;
  readonly rejected: number;
  readonly returned: number;
  readonly reinstructed: number;
  readonly outstanding: number;
  readonly orderedMinor: string;
  readonly settledMinor: string;
}

const count = (value: number): string => value.toLocaleString('en');

/** The summary that a person reads. */
export function renderSummary(
  summary: DemoSummary,
  currency: string,
  /** Of the embedded size; absent: there is nothing to serve again. */ dataDir?: string,
): string {
  const money = (amountMinor: string): string => {
    const [whole, decimals] = formatAmount(amountMinor, currency).split('.');
    return `${BigInt(whole!).toLocaleString('en')}${decimals ? `.${decimals}` : ''} ${currency}`;
  };
  const a = summary.applications;
  const cycles = table([
    [
      'period',
      'policy',
      'ordered',
      'settled',
      'rejected',
      'returned',
      'outstanding',
      're-instructed',
      'ordered amount',
      'settled amount',
    ],
    ...summary.cycles.map((c) => [
      c.period,
      `v${c.policyVersion}`,
      count(c.ordered),
      count(c.settled),
      count(c.rejected),
      count(c.returned),
      count(c.outstanding),
      count(c.reinstructed),
      money(c.orderedMinor),
      money(c.settledMinor),
    ]),
  ]);
  const ok = (good: boolean): string => (good ? 'yes' : 'NO');
  return [
    '',
    `Households   ${count(summary.households)} in the file: ${count(a.submitted)} applications taken in, ${count(a.duplicates)} duplicate identities and ${count(a.rejectedRows)} bad rows refused`,
    `Decisions    ${count(a.eligible)} eligible, ${count(a.ineligible)} not; recommended and approved by different people`,
    '',
    cycles,
    '',
    `Budget       ${money(summary.budget.allottedMinor)} allotted = ${money(summary.budget.spentMinor)} spent + ${money(summary.budget.reservedMinor)} reserved + ${money(summary.budget.freeMinor)} free`,
    `Audit        ${count(summary.audit.events)} events replayed against I1 to I8: ${count(summary.audit.violations)} violations`,
    `Read models  rebuilt from the log and identical: ${ok(summary.rebuild.identical)}`,
    `Time         ${(summary.elapsedMs / 1000).toFixed(1)} s, ${count(summary.eventsPerSecond)} events a second over the whole run`,
    '',
    ...(dataDir === undefined
      ? []
      : [
          `The data is in ${dataDir}. \`npm start -- --data ${dataDir}\` serves it; the API is described at /docs.`,
        ]),
  ].join('\n');
}
