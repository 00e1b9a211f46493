import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { sql } from 'kysely';
import { disbursementProjection } from '../disbursement/disbursement.projection.js';
import { paymentView, type PaymentView } from '../disbursement/disbursement.queries.js';
import {
  cycles,
  NOT_ARRIVED,
  payments,
  type PaymentRow,
} from '../disbursement/disbursement.tables.js';
import { matching, reading, within, type NameOf } from '../engine/live.js';
import {
  decodeCursor,
  encodeCursor,
  limitOf,
  pageOf,
  type PageOf,
  type PageRequest,
} from '../engine/paging.js';
import { correctionProjection } from './correction.projection.js';
import { adjustments, corrections } from './correction.tables.js';

export interface UncorrectedFilter {
  readonly programmeId?: string;
  readonly personId?: string;
  readonly regions?: readonly string[];
}

/** A payment of a closed cycle, and where it is now. */
export interface UncorrectedView extends PaymentView {
  /** Log position at which it failed, was paid after all, or came back. */
  readonly movedPosition: number | null;
}

/**
 * A correction has looked at the month of the payment since, and what it found for the household is
 * on its account.
 */
const isLookedAt = (name: NameOf) => sql<boolean>`exists (
  select 1 from ${sql.table(name(corrections))} as k
  where k.programme_id = c.programme_id
    and k.status in ('settled', 'applied')
    and k.from_period <= c.period and k.to_period >= c.period
    and (k.person_id is null or k.person_id = p.person_id)
    and k.as_of >= p.moved_position and k.as_of >= c.closed_position
    and not exists (
      select 1 from ${sql.table(name(adjustments))} as a
      where a.adjustment_id = k.correction_id || '-' || p.person_id and a.status = 'lapsed'
    )
)`;

/**
 * What a correction has to look at, in the order of programme, month and person: payments that had
 * not arrived when their cycle was closed, that came back after it, or that were paid after all,
 * and whose month no correction has looked at since.
 */
export async function listUncorrected(
  store: ReadStore,
  { programmeId, personId, regions }: UncorrectedFilter = {},
  page: PageRequest = {},
): Promise<PageOf<UncorrectedView>> {
  const limit = limitOf(page);
  const after = decodeCursor('uncorrected', page.cursor, ['string']);
  const rows = await reading(
    store,
    [disbursementProjection, correctionProjection],
    async (db, name) =>
      db
        .selectFrom(`${name(payments)} as p`)
        .innerJoin(`${name(cycles)} as c`, 'c.cycle_id', 'p.cycle_id')
        .selectAll('p')
        .$castTo<PaymentRow>()
        .where('p.moved_position', 'is not', null)
        .where('c.status', '=', 'closed')
        .where((row) =>
          row.or([
            row('p.status', 'in', NOT_ARRIVED),
            row('p.moved_position', '>', row.ref('c.closed_position')),
          ]),
        )
        .where(within('p.region', regions))
        .where(matching({ 'c.programme_id': programmeId, 'p.person_id': personId }))
        .where(sql<boolean>`not ${isLookedAt(name)}`)
        .$if(after !== undefined, (query) => query.where('p.payment_id', '>', after![0]))
        .orderBy('p.payment_id')
        .limit(limit + 1)
        .execute(),
  );
  return pageOf(
    rows,
    limit,
    (row) => ({ ...paymentView(row), movedPosition: row.moved_position }),
    (row) => encodeCursor('uncorrected', [row.payment_id]),
  );
}
