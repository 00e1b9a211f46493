import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { reading, within } from '../engine/live.js';
import { disbursementProjection } from './disbursement.projection.js';
import { payments, type PaymentRow } from './disbursement.tables.js';

/** Of which region payments were ordered, by their ids. */
export const regionsOfPayments = (
  store: ReadStore,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> =>
  reading(store, [disbursementProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(payments))
      .select(['payment_id', 'region'])
      .$castTo<Pick<PaymentRow, 'payment_id' | 'region'>>()
      .where(within('payment_id', ids))
      .execute();
    return new Map(rows.map(({ payment_id, region }) => [payment_id, region]));
  });
