import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { csvCell } from '../../src/kernel/csv.js';
import { formatAmount } from '../../src/kernel/money.js';
import { reasonTexts } from '../../src/kernel/reasons.js';
import { bankSide, type BankSide } from './bank-side.queries.js';
import { findCycle, type CycleStory } from './cycle.queries.js';
import { type Sum } from './sum.js';
import { listBreaks, type BreakView } from './disbursement.queries.js';
import { OUTSTANDING } from './disbursement.tables.js';
import { kinds, states, words, type Language } from './report-texts.js';

/**
 * A cycle against what the bank said of it, as the read models show it. Amounts in minor units;
 * nothing in it names a person.
 */
export interface ReconciliationReport {
  readonly cycle: CycleStory;
  readonly bank: BankSide;
  /** Newest last, at most `BREAKS`. */
  readonly breaks: readonly BreakView[];
  readonly moreBreaks: boolean;
  /** Instant. */
  readonly madeAt: string;
}

const BREAKS = 1_000;
const STATES = ['settled', 'rejected', 'returned', 'cancelled', 'outstanding'] as const;

/**
 * @param regions those of the caller; absent: everywhere. Undefined where there is no such cycle.
 */
export async function readReport(
  reads: ReadStore,
  cycleId: string,
  madeAt: string,
  regions?: readonly string[],
): Promise<ReconciliationReport | undefined> {
  const cycle = await findCycle(reads, cycleId, regions);
  if (!cycle) return undefined;
  const { items, next } = await listBreaks(
    reads,
    { cycleId, ...(regions ? { regions } : {}) },
    madeAt,
    { limit: BREAKS },
  );
  return {
    cycle,
    bank: await bankSide(reads, cycleId, regions),
    breaks: items.toSorted((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1)),
    moreBreaks: next !== null,
    madeAt,
  };
}

const NOTHING: Sum = { count: 0, amountMinor: 0n };
const sumOf = (
  { cycle: { progress } }: ReconciliationReport,
  state: (typeof STATES)[number],
): Sum => (state === 'outstanding' ? progress.outstanding : (progress.byStatus[state] ?? NOTHING));

/** Whether ordered is the sum of the states, in count and in minor units. */
export function agrees(report: ReconciliationReport): boolean {
  const { ordered } = report.cycle.progress;
  const sums = STATES.map((state) => sumOf(report, state));
  return (
    sums.reduce((total, { count }) => total + count, 0) === ordered.count &&
    sums.reduce((total, { amountMinor }) => total + amountMinor, 0n) === ordered.amountMinor
  );
}

interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that are numbers. */ readonly numbers: readonly number[];
  readonly note?: string;
}

/** What the page and the table have in common. */
function sections(report: ReconciliationReport, language: Language): readonly Section[] {
  const say = words[language];
  const { cycle, bank, breaks, moreBreaks } = report;
  const money = (minor: bigint | string): string =>
    `${formatAmount(BigInt(minor), cycle.currency)} ${cycle.currency}`;
  const row = (name: string, { count, amountMinor }: Sum): string[] => [
    name,
    String(count),
    money(amountMinor),
  ];
  return [
    {
      title: say.totals,
      head: [say.status, say.count, say.amount],
      numbers: [1, 2],
      note: agrees(report) ? say.holds : say.fails,
      rows: [
        row(say.ordered, cycle.progress.ordered),
        ...STATES.map((state) => row(say[state], sumOf(report, state))),
      ],
    },
    {
      title: say.bankSide,
      head: [say.status, say.amount],
      numbers: [1],
      note: bank.differences.every((one) => one.breaks > 0) ? say.explained : say.unexplained,
      rows: [
        [say.bankSaid, money(bank.bankMinor)],
        [say.settled, money(bank.settledMinor)],
        [say.difference, money(bank.differenceMinor)],
      ],
    },
    ...(bank.differences.length === 0
      ? []
      : [
          {
            title: say.differences,
            head: [say.payment, say.status, say.bankSaid, say.settled, say.difference, say.breaks],
            numbers: [2, 3, 4, 5],
            ...(bank.moreDifferences ? { note: say.moreDifferences } : {}),
            rows: bank.differences.map(
              ({ paymentId, status, bankMinor, oursMinor, breaks: count }) => [
                paymentId,
                statusIn(status, say),
                money(bankMinor),
                money(oursMinor),
                money(bankMinor - oursMinor),
                String(count),
              ],
            ),
          },
        ]),
    {
      title: say.reasons,
      head: [say.status, say.code, say.text, say.count, say.amount],
      numbers: [3, 4],
      rows: cycle.progress.byReason.map(({ status, reason, count, amountMinor }) => [
        statusIn(status, say),
        reason,
        reasonTexts(reason)?.[language] ?? '',
        String(count),
        money(amountMinor),
      ]),
    },
    {
      title: say.files,
      head: [say.message, say.count, say.amount, say.sha256],
      numbers: [1, 2],
      rows: cycle.files.map(({ messageId, count, totalMinor, sha256 }) => [
        messageId,
        String(count),
        money(totalMinor),
        sha256,
      ]),
    },
    {
      title: say.breaks,
      head: [
        say.kind,
        say.payment,
        say.reported,
        say.amount,
        say.since,
        say.days,
        say.owner,
        say.resolution,
        say.by,
      ],
      numbers: [3, 5],
      ...(moreBreaks ? { note: say.more } : {}),
      rows: breaks.map((one) => [
        kinds[one.kind]?.[language] ?? one.kind,
        one.paymentId,
        `${one.reported}${one.reason === null ? '' : ` (${one.reason})`}`,
        one.reportedMinor === null ? '' : money(one.reportedMinor),
        one.recordedAt.slice(0, 10),
        String(one.ageDays),
        one.owner ?? '',
        one.open ? say.open : (kinds[one.resolution ?? '']?.[language] ?? ''),
        one.resolvedBy ?? '',
      ]),
    },
  ];
}

/** Where a payment stands, in words. */
function statusIn(status: string, say: (typeof words)[Language]): string {
  const decided = STATES.find((state) => state === status);
  if (decided !== undefined) return say[decided];
  const isOutstanding = OUTSTANDING.some((state) => state === status) || status === 'ordered';
  return isOutstanding ? say.outstanding : status;
}

function facts(
  { cycle, madeAt }: ReconciliationReport,
  language: Language,
): readonly (readonly [string, string])[] {
  const say = words[language];
  return [
    [say.programme, cycle.programmeId],
    [say.period, cycle.period],
    [say.status, states[cycle.status]?.[language] ?? cycle.status],
    [say.policy, String(cycle.policyVersion)],
    [say.preparedBy, cycle.preparedBy ?? ''],
    [say.approvedBy, cycle.approvedBy ?? ''],
    [say.releasedBy, cycle.releasedBy ?? ''],
    [say.executionDate, cycle.executionDate ?? ''],
    [say.madeAt, `${madeAt.slice(0, 16).replace('T', ' ')} UTC`],
  ];
}

/**
 * RFC 4180 with a byte-order mark, section after section, each led by its title; what a spreadsheet
 * would run is escaped.
 */
export function reportCsv(report: ReconciliationReport, language: Language): string {
  const line = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
  const parts = sections(report, language).map(
    ({ title, head, rows, note }) =>
      `\r\n${line([title, ...(note === undefined ? [] : [note])])}${line(head)}${rows.map(line).join('')}`,
  );
  return `\ufeff${line([words[language].title])}${facts(report, language).map(line).join('')}${parts.join('')}`;
}

const STYLE =
  'body{font:14px/1.45 system-ui,"Noto Sans Arabic",sans-serif;margin:2em auto;max-width:64em;color:#1b1b1b}h1{font-size:1.5em;margin:0 0 .6em}h2{font-size:1.1em;margin:1.8em 0 .4em}' +
  'dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(14em,1fr));gap:.4em 1.5em;margin:0}dt{color:#666;font-size:.85em}dd{margin:0;font-weight:600}table{border-collapse:collapse;width:100%}' +
  'th,td{padding:.35em .6em;border-bottom:1px solid #ddd;text-align:start;vertical-align:top;overflow-wrap:anywhere}th{color:#555;font-weight:600;overflow-wrap:normal}.n{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}' +
  '.note{margin:.5em 0 0;font-weight:600}.bad{color:#a40000}.sign{margin-top:4em;border-top:1px solid #999;width:18em;padding-top:.4em;color:#666}@media print{body{margin:0;font-size:11px}h2,table,tr{break-inside:avoid}}';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const html = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
/** Codes, dates and amounts read from left to right, also in Arabic. */
const cell = (text: string): string =>
  /\p{Script=Arabic}/u.test(text) ? html(text) : `<bdi dir="ltr">${html(text)}</bdi>`;

/** A page of its own that prints on paper; from right to left in Arabic. */
export function reportHtml(report: ReconciliationReport, language: Language): string {
  const say = words[language];
  const title = `${say.title} – ${report.cycle.programmeId} ${report.cycle.period}`;
  const tables = sections(report, language).map(({ title: name, head, rows, numbers, note }) => {
    const css = (i: number): string => (numbers.includes(i) ? ' class="n"' : '');
    const body =
      rows.length === 0
        ? `<p>${html(say.none)}</p>`
        : `<table><thead><tr>${head.map((text, i) => `<th scope="col"${css(i)}>${html(text)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((text, i) => `<td${css(i)}>${cell(text)}</td>`).join('')}</tr>`).join('')}</tbody></table>`;
    return `<section><h2>${html(name)}</h2>${body}${note === undefined ? '' : `<p class="note${note === say.fails || note === say.unexplained ? ' bad' : ''}">${html(note)}</p>`}</section>`;
  });
  return (
    `<!doctype html><html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${html(title)}</title><style>${STYLE}</style></head>` +
    `<body><h1>${html(say.title)}</h1><dl>${facts(report, language)
      .map(([name, value]) => `<div><dt>${html(name)}</dt><dd>${cell(value)}</dd></div>`)
      .join('')}</dl>${tables.join('')}<p class="sign">${html(say.signature)}</p></body></html>\n`
  );
}
