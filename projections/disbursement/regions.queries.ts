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

/** What payments of these regions amount to, by their ids. */
export const amountsIn = (
  store: ReadStore,
  ids: readonly string[],
  regions: readonly string[],
): Promise<ReadonlyMap<string, bigint>> =>
  reading(store, [disbursementProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(payments))
      .select(['payment_id', 'amount_minor'])
      .$castTo<Pick<PaymentRow, 'payment_id' | 'amount_minor'>>()
      .where(within('payment_id', ids))
      .where(within('region', regions))
      .execute();
    return new Map(rows.map(({ payment_id, amount_minor }) => [payment_id, amount_minor]));
  });
