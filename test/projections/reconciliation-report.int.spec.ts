import { describe, expect, it } from '@jest/globals';
import type { BreakView } from '../../projections/disbursement/disbursement.queries.js';
import {
  agrees,
  type ReconciliationReport,
} from '../../projections/disbursement/reconciliation-report.js';
import { reportCsv, reportHtml } from '../../projections/disbursement/report-formats.js';
import { LANGUAGES, kinds, words } from '../../projections/disbursement/report-texts.js';
import { schemas } from '../../events/generated.js';

const sum = (count: number, amountMinor: bigint) => ({ count, amountMinor });
const broken: BreakView = {
  breakId: 'b',
  paymentId: 'asd-2025-10-3f1b2c4d-5e6f-5a7b-8c9d-0e1f2a3b4c5d',
  cycleId: 'asd-2025-10',
  kind: 'rejected-after-settled',
  attempt: 1,
  endToEndId: 'E1',
  reported: 'rejected',
  reportedMinor: null,
  reason: 'AC04',
  source: 'camt.054',
  recordedAt: '2025-10-30T09:00:00.000Z',
  open: true,
  owner: 'h.alami',
  ageDays: 5,
  proposedResolution: null,
  proposedBy: null,
  resolution: null,
  resolutionReason: null,
  resolvedBy: null,
  resolvedAt: null,
};
const report: ReconciliationReport = {
  madeAt: '2025-11-04T10:00:00.000Z',
  moreBreaks: false,
  bank: {
    bankMinor: 149_999n,
    settledMinor: 100_000n,
    differenceMinor: 49_999n,
    moreDifferences: false,
    differences: [
      {
        paymentId: broken.paymentId,
        status: 'rejected',
        bankMinor: 49_999n,
        oursMinor: 0n,
        breaks: 1,
      },
    ],
  },
  breaks: [
    broken,
    {
      ...broken,
      breakId: 'c',
      open: false,
      owner: null,
      ageDays: 1,
      resolution: 'bank-error',
      resolvedBy: '=HYPERLINK("x")<b>',
      resolvedAt: '2025-10-31T09:00:00.000Z',
    },
  ],
  cycle: {
    cycleId: 'asd-2025-10',
    programmeId: 'asd',
    period: '2025-10',
    policyVersion: 1,
    currency: 'MAD',
    status: 'instructed',
    round: 1,
    asOf: 9,
    count: 4,
    totalMinor: 200_000n,
    contentHash: 'a',
    preparedBy: 'f',
    preparedAt: null,
    approvedBy: 'c',
    approvedAt: null,
    fiscalYear: 2025,
    releasedBy: 'g',
    releasedAt: null,
    executionDate: '2025-10-28',
    returnedReason: null,
    closedAt: null,
    files: [
      { name: 'M1.xml', messageId: 'M1', sha256: 'f'.repeat(64), count: 4, totalMinor: '200000' },
    ],
    blocking: null,
    reconciliation: null,
    leftOut: null,
    findings: null,
    progress: {
      ordered: sum(4, 200_000n),
      outstanding: sum(1, 50_000n),
      byStatus: { settled: sum(2, 100_000n), rejected: sum(1, 50_000n), accepted: sum(1, 50_000n) },
      answers: {},
      openBreaks: 1,
      byReason: [
        { status: 'rejected', reason: 'AC04', count: 1, amountMinor: 50_000n },
        { status: 'rejected', reason: 'ZZ99', count: 0, amountMinor: 0n },
      ],
    },
  },
};

describe('the reconciliation report', () => {
  it('says whether the states sum to what was ordered, to the centime', () => {
    expect(agrees(report)).toBe(true);
    const short = {
      ...report,
      cycle: {
        ...report.cycle,
        progress: { ...report.cycle.progress, outstanding: sum(1, 49_999n) },
      },
    };
    expect(agrees(short)).toBe(false);
    expect(reportHtml(short, 'en')).toContain('The totals do not agree');
  });

  it.each(LANGUAGES)(
    "is a page in %s, whose direction is the language's, with everything escaped",
    (language) => {
      const page = reportHtml(report, language);
      expect(page).toContain(
        `<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`,
      );
      for (const text of [
        words[language].title,
        words[language].holds,
        kinds['rejected-after-settled']![language],
        '2000.00 MAD',
        'f'.repeat(64),
      ])
        expect(page).toContain(text.replaceAll("'", '&#39;'));
      expect(page).not.toContain('<b>');
      expect(page).toContain('&lt;b&gt;');
      expect(page).not.toMatch(/<script|src=|href=/);
    },
  );

  it('sets what the bank says against our books, and says whether each difference has a name', () => {
    expect(reportCsv(report, 'en')).toContain(
      `The bank's side,Every difference has a named break: verified\r\nStatus,Amount\r\n"Left the account, the bank says",1499.99 MAD\r\nSettled,1000.00 MAD\r\nDifference,499.99 MAD`,
    );
    const unnamed = {
      ...report,
      bank: { ...report.bank, differences: [{ ...report.bank.differences[0]!, breaks: 0 }] },
    };
    expect(reportHtml(unnamed, 'en')).toContain(
      '<p class="note bad">A difference has no named break</p>',
    );
    expect(reportHtml(unnamed, 'ar')).toContain(words.ar.unexplained);
  });

  it('tells the days that a break is open, or was, and who looks after it', () => {
    const rows = reportCsv(report, 'en')
      .split('\r\n')
      .filter((line) => line.startsWith('rejected after settled'));
    expect(rows.map((line) => line.split(',').slice(5, 8))).toEqual([
      ['5', 'h.alami', 'open'],
      ['1', '', "the bank's error"],
    ]);
  });

  it('is a table that a spreadsheet opens and does not run', () => {
    const table = reportCsv(report, 'fr');
    expect(table.startsWith('\ufeffRapport de rapprochement\r\n')).toBe(true);
    expect(table).toContain('"\'=HYPERLINK(""x"")<b>"');
    expect(table).toContain('Rejeté,AC04,Compte clos,1,500.00 MAD');
  });

  it('has words for every kind of break and resolution', () => {
    const of = (type: string, field: string): string[] =>
      (
        schemas.find((each) => each.type === type)!.schema as {
          properties: Record<string, { enum: string[] }>;
        }
      ).properties[field]!.enum;
    for (const word of [
      ...of('PaymentBreakRecorded', 'kind'),
      ...of('PaymentBreakResolved', 'resolution'),
    ])
      for (const language of LANGUAGES) expect(kinds[word]?.[language]).toMatch(/\S/);
  });
});
