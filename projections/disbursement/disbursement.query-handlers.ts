import { openPayees } from '../../src/person/payees.js';
import { payeeOf } from '../../src/person/payee.rule.js';
import { parseCycleId, parsePaymentId, streams } from '../../src/kernel/ids.js';
import { formatAmount } from '../../src/kernel/money.js';
import { StreamableFile } from '@nestjs/common';
import { Query } from '../../src/http/call.js';
import {
  OneOf,
  Pattern,
  Period,
  ProgrammeCode,
  Subject,
  Text,
  Uuid,
} from '../../src/http/fields.js';
import { noteReading, noteReadings } from '../../src/http/personal-data.js';
import { presented } from '../../src/http/present.js';
import {
  queryHandler,
  found,
  given,
  isLimited,
  ListQuery,
  queryHandlers,
  ReadQuery,
  regionsOf,
  type QueryDeps,
} from '../../src/http/query-handlers.js';
import { listed } from '../engine/lists.http.js';
import { findCycle, listCycles } from './cycle.queries.js';
import { listBudgets } from './budget.queries.js';
import { outstandingByAge, totalsByRegion } from './totals.queries.js';
import { readReport } from './reconciliation-report.js';
import { reportCsv, reportHtml } from './report-formats.js';
import { LANGUAGES, type Language } from './report-texts.js';
import {
  listBreaks,
  listInstructions,
  listPayments,
  paymentStory,
} from './disbursement.queries.js';

const CYCLE = /^[a-z][a-z0-9]{1,30}-[0-9]{4}-(0[1-9]|1[0-2])$/;
const PAYMENT_STATUSES = [
  'ordered',
  'instructed',
  'accepted',
  'unknown',
  'settled',
  'rejected',
  'returned',
  'cancelled',
];

export class ListCycles extends ListQuery {
  @ProgrammeCode({ optional: true }) programmeId?: string;
  @Text({ max: 20, optional: true }) status?: string;
}
export class ReadCycle extends ReadQuery {}
export class ReadReconciliation extends ReadQuery {
  @OneOf(['json', 'html', 'csv'], { optional: true, description: 'Default json.' }) format?:
    'json' | 'html' | 'csv';
  @OneOf(LANGUAGES, { optional: true, description: 'Of html and csv; default fr.' })
  language?: Language;
}
export class ReadInstructions extends Query {
  @Text({ max: 500, optional: true, description: 'The cursor of the last line that was taken.' })
  after?: string;
  @Pattern(/^([1-9][0-9]{0,2}|1000)$/, 'a whole number from 1 to 1000', {
    optional: true,
    description: 'Lines; default 1000.',
  })
  limit?: string;
}
export class ListPayments extends ListQuery {
  @Pattern(CYCLE, 'a cycle id', { optional: true }) cycleId?: string;
  @OneOf(PAYMENT_STATUSES, { optional: true }) status?: string;
  @Pattern(/^[A-Z0-9]{1,35}$/, 'an ISO 20022 reason code', { optional: true }) reason?: string;
  @Uuid({ optional: true }) personId?: string;
  @OneOf(['true'], {
    optional: true,
    description: 'Only payments that the bank was asked to call back.',
  })
  callBack?: string;
}
export class ReadPayment extends ReadQuery {}
export class ListBreaks extends ListQuery {
  @Pattern(CYCLE, 'a cycle id', { optional: true }) cycleId?: string;
  @OneOf(['true', 'false'], { optional: true }) open?: string;
  @Subject({ optional: true, description: 'Who looks after it.' }) owner?: string;
  @Pattern(/^[0-9]{1,4}$/, 'days', {
    optional: true,
    description: 'Recorded at least so many days ago.',
  })
  olderThanDays?: string;
}
export class ListBudgets extends ReadQuery {
  @ProgrammeCode({ optional: true }) programmeId?: string;
  @Pattern(/^2[0-9]{3}$/, 'a year', { optional: true }) fiscalYear?: string;
}
export class ReadOutstanding extends ReadQuery {
  @Pattern(CYCLE, 'a cycle id', { optional: true }) cycleId?: string;
}
export class ReadTotals extends ReadQuery {
  @ProgrammeCode({ optional: true }) programmeId?: string;
  @Period({ optional: true }) fromPeriod?: string;
  @Period({ optional: true }) toPeriod?: string;
}

/** What the payment system is to pay: one line. `payee` is null where nobody can be named. */
export interface InstructionLine {
  readonly paymentId: string;
  readonly attempt: number;
  readonly endToEndId: string;
  readonly messageId: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly executionDate: string | null;
  readonly status: string;
  readonly payee: {
    readonly name: string;
    readonly kind: string;
    readonly account: string;
  } | null;
  /** Give it as `after` to go on. */
  readonly cursor: string;
}

/**
 * A cycle's instructions as lines, with the payee's name and account from the vault. Complete as of
 * the request: it waits for the read model, so that an empty answer means that there is nothing,
 * not that it is not there yet.
 */
async function instructions(query: ReadInstructions, deps: QueryDeps): Promise<StreamableFile> {
  const cycleId = parseCycleId(query.param('cycleId'));
  await deps.progress.reached(await deps.store.lastPosition());
  const { items } = await listInstructions(deps.reads, cycleId, {
    limit: Number(query.limit ?? 1_000),
    ...(query.after === undefined ? {} : { cursor: query.after }),
  });
  const persons = await deps.store.readStreams(
    items.map(({ personId }) => streams.person(personId)),
  );
  if (items.length > 0)
    await Promise.all([
      noteReading(deps, query, 'instructions', cycleId, items.length),
      noteReadings(
        deps,
        query.call,
        'instructions',
        items.map(({ personId }) => personId),
      ),
    ]);
  const payees = await openPayees(
    deps.vault,
    items.map(({ accountId }, i) => payeeOf(persons[i]!.events, accountId)),
    // Whom nobody can name any more is null in its line, as who was erased.
    () => undefined,
  );
  const lines = items.map(
    (
      {
        paymentId,
        attempt,
        endToEndId,
        messageId,
        amountMinor,
        currency,
        executionDate,
        status,
        cursor,
      },
      i,
    ): string => {
      const line: InstructionLine = {
        paymentId,
        attempt,
        endToEndId,
        messageId,
        amount: formatAmount(amountMinor, currency),
        currency,
        executionDate,
        status,
        payee: payees[i] ?? null,
        cursor,
      };
      return JSON.stringify(line);
    },
  );
  return new StreamableFile(Buffer.from(lines.map((line) => `${line}\n`).join('')), {
    type: 'application/x-ndjson; charset=utf-8',
  });
}

/** A cycle against what the bank said of it: as data, as a page to print, or for a spreadsheet. */
async function reconciliation(
  query: ReadReconciliation,
  { reads, programmes, clock }: QueryDeps,
): Promise<unknown> {
  const cycleId = parseCycleId(query.param('cycleId'));
  const report = found(
    await readReport(reads, cycleId, clock.now(), query.call.actor.regions),
    'CYCLE_NOT_FOUND',
    'cycle',
  );
  const { format = 'json', language = 'fr' } = query;
  if (format === 'json') return presented(report, programmes);
  const [text, type] =
    format === 'html'
      ? [reportHtml(report, language), 'text/html; charset=utf-8']
      : [reportCsv(report, language), 'text/csv; charset=utf-8'];
  return new StreamableFile(Buffer.from(text, 'utf8'), {
    type,
    disposition: `${format === 'html' ? 'inline' : 'attachment'}; filename="reconciliation-${cycleId}.${format}"`,
  });
}

export const disbursementQueryHandlers = queryHandlers(
  queryHandler(ListCycles, (query, deps) =>
    listed(
      query,
      deps,
      (page) =>
        listCycles(
          deps.reads,
          { ...given(query, 'programmeId', 'status'), ...regionsOf(query) },
          page,
        ),
      [
        'cycleId',
        'programmeId',
        'period',
        'policyVersion',
        'currency',
        'status',
        'round',
        'count',
        'total',
        'contentHash',
        'preparedBy',
        'approvedBy',
        'releasedBy',
        'executionDate',
        'closedAt',
      ],
      'cycles',
    ),
  ),
  queryHandler(ReadCycle, async (query, { reads, programmes }) =>
    presented(
      found(
        await findCycle(reads, parseCycleId(query.param('cycleId')), query.call.actor.regions),
        'CYCLE_NOT_FOUND',
        'cycle',
      ),
      programmes,
    ),
  ),
  queryHandler(ReadReconciliation, reconciliation),
  queryHandler(ReadInstructions, instructions),
  queryHandler(ListPayments, (query, deps) =>
    listed(
      query,
      deps,
      (page) =>
        listPayments(
          deps.reads,
          {
            ...given(query, 'cycleId', 'status', 'reason', 'personId'),
            ...(query.callBack === 'true' ? { callBack: true } : {}),
            ...regionsOf(query),
          },
          page,
        ),
      [
        'paymentId',
        'cycleId',
        'personId',
        'region',
        'status',
        'amount',
        'currency',
        'policyVersion',
        'attempt',
        'endToEndId',
        'messageId',
        'executionDate',
        'reason',
        'settledOn',
        'callBackAt',
        'callBackReason',
        'updatedAt',
      ],
      'payments',
    ),
  ),
  queryHandler(ReadPayment, async (query, { reads, programmes, clock }) =>
    presented(
      found(
        await paymentStory(
          reads,
          parsePaymentId(query.param('paymentId')),
          clock.now(),
          query.call.actor.regions,
        ),
        'PAYMENT_UNKNOWN',
        'payment',
      ),
      programmes,
    ),
  ),
  queryHandler(ListBreaks, (query, deps) =>
    listed(
      query,
      deps,
      (page) =>
        listBreaks(
          deps.reads,
          {
            ...given(query, 'cycleId', 'owner'),
            ...(query.open === undefined ? {} : { open: query.open === 'true' }),
            ...(query.olderThanDays === undefined
              ? {}
              : { olderThanDays: Number(query.olderThanDays) }),
            ...regionsOf(query),
          },
          deps.clock.now(),
          page,
        ),
      [
        'breakId',
        'paymentId',
        'cycleId',
        'kind',
        'attempt',
        'endToEndId',
        'reported',
        'reason',
        'source',
        'recordedAt',
        'open',
        'owner',
        'ageDays',
        'resolution',
        'resolutionReason',
        'resolvedBy',
        'resolvedAt',
      ],
      'breaks',
    ),
  ),
  queryHandler(ListBudgets, async (query, { reads, programmes }) => {
    if (isLimited(query)) return { items: [] };
    const found = await listBudgets(reads, {
      ...given(query, 'programmeId'),
      ...(query.fiscalYear === undefined ? {} : { fiscalYear: Number(query.fiscalYear) }),
    });
    return { items: await presented(found, programmes) };
  }),
  queryHandler(ReadOutstanding, async (query, { reads, programmes }) => ({
    items: await presented(
      await outstandingByAge(reads, { ...given(query, 'cycleId'), ...regionsOf(query) }),
      programmes,
    ),
  })),
  queryHandler(ReadTotals, async (query, { reads, programmes }) => ({
    items: await presented(
      await totalsByRegion(reads, {
        ...given(query, 'programmeId', 'fromPeriod', 'toPeriod'),
        ...regionsOf(query),
      }),
      programmes,
    ),
  })),
);
