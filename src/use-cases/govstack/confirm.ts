import type { KeptReceipt } from '../../adapters/event-store/port.js';
import { DomainError } from '../../kernel/errors.js';
import { personIdOf } from '../../kernel/govstack.js';
import { streams, uuidOf } from '../../kernel/ids.js';
import type { PaymentState } from '../../payment/payment.state.js';
import { foldPayment } from '../folds.js';
import type { Deps } from '../../write-side/context.js';
import { hashesOfAccount } from '../../person/account-hash.js';
import { payeeOf } from '../../person/payee.rule.js';
import { personalIdsIn } from './caller-ids.js';
import { matchingPayment, type HandedTransfer, type Unconfirmed } from './confirmation.rule.js';
import { keepReceipt } from '../../write-side/keep-receipt.js';
import { pagesOf } from '../../write-side/stream-pages.js';

export interface HandedBatch {
  readonly correlationId: string;
  /** A programme or a cycle, where the batch names one. */
  readonly programme?: string;
  readonly transfers: readonly HandedTransfer[];
  /** Of the body: tells the same correlation id with another batch apart. */
  readonly fingerprint: string;
  /** As an earlier version told it. */
  readonly formerFingerprint: string;
}
export interface ConfirmedBatch {
  readonly batchId: string;
  readonly transfers: readonly (readonly [requestId: string, paymentId: string])[];
}
export type Confirmation =
  | { readonly kind: 'confirmed'; readonly batch: ConfirmedBatch }
  | { readonly kind: 'refused'; readonly unconfirmed: readonly Unconfirmed[] };

/** 22 characters, a function of who hands it over and of the correlation id. */
export const batchIdOf = (subject: string, correlationId: string): string =>
  `S${uuidOf('govstack-batch', subject, correlationId).replaceAll('-', '').slice(0, 21)}`;
/** Has a space more than the keys of commands. */
const keyOf = (subject: string, batchId: string): string => `${subject} govstack-batch ${batchId}`;
const PAGE = 500;

/**
 * Sanad pays entitled households by its cycles and nobody else, so a batch that is handed to it is
 * no order to pay: it is confirmed when each transfer is a payment of a released cycle, to that
 * payee and of that amount, and refused whole otherwise. What was confirmed is kept for ever, and
 * the same batch again gives the same answer.
 * @throws DomainError CORRELATION_ID_REUSED, PERSONAL_DATA_IN_TEXT
 */
export async function confirmBatch(
  { store, vault }: Deps,
  batch: HandedBatch,
  subject: string,
): Promise<Confirmation> {
  const { correlationId, fingerprint } = batch;
  const batchId = batchIdOf(subject, correlationId);
  const key = keyOf(subject, batchId);
  const kept = await store.receipt(key);
  if (kept) return { kind: 'confirmed', batch: same(kept, batch) };
  const cycles = await paidCycles({ store }, batch.programme);
  const confirmed: (readonly [string, string])[] = [];
  const unconfirmed: Unconfirmed[] = [];
  const used = new Set<string>();
  for (let from = 0; from < batch.transfers.length; from += PAGE) {
    const page = batch.transfers.slice(from, from + PAGE);
    const persons = page.map(({ payeeIdentity }) => personIdOf(payeeIdentity));
    const known = persons.filter((personId) => personId !== undefined);
    const payments = await store.readStreams(
      known.flatMap((personId) =>
        cycles.map((cycleId) => streams.payment(`${cycleId}-${personId}`)),
      ),
    );
    const people = await store.readStreams(known.map((personId) => streams.person(personId)));
    let at = -1;
    page.forEach((transfer, i) => {
      if (persons[i] !== undefined) at += 1;
      const mine =
        persons[i] === undefined
          ? []
          : payments
              .slice(at * cycles.length, (at + 1) * cycles.length)
              .map(({ events }) => foldPayment(events));
      const account = (accountId: string): string | undefined =>
        payeeOf(people[at]!.events, accountId || undefined)?.accountHash;
      const hashes =
        transfer.account === undefined ? undefined : hashesOfAccount(vault, transfer.account);
      const found = matchingPayment(
        transfer,
        mine,
        used,
        (state) => hashes === undefined || hashes.has(account(state.accountId) ?? ''),
      );
      if ('paymentId' in found) {
        used.add(found.paymentId);
        confirmed.push([transfer.requestId, found.paymentId]);
      } else unconfirmed.push({ index: from + i, ...found });
    });
  }
  if (unconfirmed.length === 0)
    unconfirmed.push(...(await withPersonalIds({ store, vault }, correlationId, confirmed)));
  if (unconfirmed.length > 0) return { kind: 'refused', unconfirmed };
  const body: ConfirmedBatch = { batchId, transfers: confirmed };
  const receipt = { key, fingerprint, status: 202, body: JSON.stringify(body) };
  const result = await keepReceipt(store, receipt);
  const told = result.kind === 'receipt-exists' ? same(result.receipt, batch) : body;
  return { kind: 'confirmed', batch: told };
}

/** Transfers whose ids are somebody's numbers. @throws DomainError where the batch's own is */
async function withPersonalIds(
  deps: Pick<Deps, 'store' | 'vault'>,
  correlationId: string,
  transfers: ConfirmedBatch['transfers'],
): Promise<readonly Unconfirmed[]> {
  const [ofBatch, ...ofTransfers] = await personalIdsIn(deps, [
    { name: 'X-CorrelationID', text: correlationId },
    ...transfers.map(([text]) => ({ name: 'requestId', text })),
  ]);
  if (ofBatch) throw ofBatch;
  return ofTransfers.flatMap((refused, index) =>
    refused ? [{ index, code: refused.code, reason: refused.detail }] : [],
  );
}

function same(kept: KeptReceipt, batch: HandedBatch): ConfirmedBatch {
  if (kept.fingerprint !== batch.fingerprint && kept.fingerprint !== batch.formerFingerprint)
    throw new DomainError(
      'CORRELATION_ID_REUSED',
      'This correlation id was used for another batch; take a new one.',
      'invalid',
      'X-CorrelationID',
    );
  return JSON.parse(kept.body) as ConfirmedBatch;
}

/**
 * Cycles that are released and not closed. @param programme only this programme's, or only this
 * cycle
 */
async function paidCycles(
  { store }: Pick<Deps, 'store'>,
  programme: string | undefined,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of pagesOf(store, 'cycle-')) {
    for (const { events } of page) {
      const released = events.find((event) => event.type === 'CycleReleased');
      if (released?.type !== 'CycleReleased' || events.some(({ type }) => type === 'CycleClosed'))
        continue;
      const { cycleId } = released.data;
      if (
        programme === undefined ||
        cycleId === programme ||
        cycleId.slice(0, -'-2025-10'.length) === programme
      )
        found.push(cycleId);
    }
  }
  return found;
}

/** A transfer of a confirmed batch as it stands now. */
export interface Standing {
  readonly requestId: string;
  readonly payment: PaymentState;
}

/** Undefined for a batch that this subject did not hand over. */
export async function standingOf(
  { store }: Pick<Deps, 'store'>,
  subject: string,
  batchId: string,
): Promise<
  { readonly batch: ConfirmedBatch; readonly transfers: readonly Standing[] } | undefined
> {
  const kept = await store.receipt(keyOf(subject, batchId));
  if (!kept) return undefined;
  const batch = JSON.parse(kept.body) as ConfirmedBatch;
  const transfers: Standing[] = [];
  for (let from = 0; from < batch.transfers.length; from += PAGE) {
    const page = batch.transfers.slice(from, from + PAGE);
    const payments = await store.readStreams(
      page.map(([, paymentId]) => streams.payment(paymentId)),
    );
    page.forEach(([requestId], i) =>
      transfers.push({ requestId, payment: foldPayment(payments[i]!.events) }),
    );
  }
  return { batch, transfers };
}
