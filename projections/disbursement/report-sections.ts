import { formatAmount } from '../../src/kernel/money.js';
import { reasonTexts } from '../../src/kernel/reasons.js';
import { OUTSTANDING } from './disbursement.tables.js';
import { agrees, STATES, sumOf, type ReconciliationReport } from './reconciliation-report.js';
import { kinds, states, words, type Language } from './report-texts.js';
import { type Sum } from './sum.js';

export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that are numbers. */ readonly numbers: readonly number[];
  readonly note?: string;
  /** Whether the note says that something is wrong. */ readonly isWrong?: boolean;
}

/** What the page and the table have in common, in their order. */
export function sectionsOf(report: ReconciliationReport, language: Language): readonly Section[] {
  const { currency } = report.cycle;
  const money = (minor: bigint | string): string =>
    `${formatAmount(BigInt(minor), currency)} ${currency}`;
  const said: Said = { say: words[language], language, money };
  return [
    totals(report, said),
    bankSideOf(report, said),
    ...(report.bank.differences.length === 0 ? [] : [differences(report, said)]),
    reasons(report, said),
    files(report, said),
    breaksOf(report, said),
  ];
}

/** In which words, and how an amount is written. */
interface Said {
  readonly say: (typeof words)[Language];
  readonly language: Language;
  readonly money: (minor: bigint | string) => string;
}

function totals(report: ReconciliationReport, { say, money }: Said): Section {
  const row = (name: string, { count, amountMinor }: Sum): string[] => [
    name,
    String(count),
    money(amountMinor),
  ];
  const isWrong = !agrees(report);
  return {
    title: say.totals,
    head: [say.status, say.count, say.amount],
    numbers: [1, 2],
    note: isWrong ? say.fails : say.holds,
    isWrong,
    rows: [
      row(say.ordered, report.cycle.progress.ordered),
      ...STATES.map((state) => row(say[state], sumOf(report, state))),
    ],
  };
}

function bankSideOf({ bank }: ReconciliationReport, { say, money }: Said): Section {
  const isWrong = !bank.differences.every((one) => one.breaks > 0);
  return {
    title: say.bankSide,
    head: [say.status, say.amount],
    numbers: [1],
    note: isWrong ? say.unexplained : say.explained,
    isWrong,
    rows: [
      [say.bankSaid, money(bank.bankMinor)],
      [say.settled, money(bank.settledMinor)],
      [say.difference, money(bank.differenceMinor)],
    ],
  };
}

const differences = ({ bank }: ReconciliationReport, { say, money }: Said): Section => ({
  title: say.differences,
  head: [say.payment, say.status, say.bankSaid, say.settled, say.difference, say.breaks],
  numbers: [2, 3, 4, 5],
  ...(bank.moreDifferences ? { note: say.moreDifferences } : {}),
  rows: bank.differences.map(({ paymentId, status, bankMinor, oursMinor, breaks }) => [
    paymentId,
    statusIn(status, say),
    money(bankMinor),
    money(oursMinor),
    money(bankMinor - oursMinor),
    String(breaks),
  ]),
});

const reasons = ({ cycle }: ReconciliationReport, { say, language, money }: Said): Section => ({
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
});

const files = ({ cycle }: ReconciliationReport, { say, money }: Said): Section => ({
  title: say.files,
  head: [say.message, say.count, say.amount, say.sha256],
  numbers: [1, 2],
  rows: cycle.files.map(({ messageId, count, totalMinor, sha256 }) => [
    messageId,
    String(count),
    money(totalMinor),
    sha256,
  ]),
});

const breaksOf = (
  { breaks, moreBreaks }: ReconciliationReport,
  { say, language, money }: Said,
): Section => ({
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
});

/** Where a payment stands, in words. */
function statusIn(status: string, say: (typeof words)[Language]): string {
  const decided = STATES.find((state) => state === status);
  if (decided !== undefined) return say[decided];
  const isOutstanding = OUTSTANDING.some((state) => state === status) || status === 'ordered';
  return isOutstanding ? say.outstanding : status;
}

/** What stands above the sections: a name and its value. */
export function factsOf(
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
