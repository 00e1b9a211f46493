import { isNumbered } from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { bankEntryDecider } from '../../statement/entry.decider.js';
import { partsOfPayment, streams } from '../../kernel/ids.js';
import { record } from '../../write-side/bulk.js';
import { part, type Unit } from '../../write-side/unit.js';
import { foldBankEntry, foldPayment } from '../folds.js';
import { openCycles } from '../instructions/instructed-messages.js';
import {
  AUTOMATION,
  PAGE,
  type JobContext,
  type MessageDeps,
  type OnProgress,
} from '../../write-side/context.js';
import { hashesOfAccount } from '../../person/account-hash.js';
import { openPayees } from '../../person/payees.js';
import { payeeOf } from '../../person/payee.rule.js';
import {
  candidateOf,
  comparable,
  fits,
  keepBest,
  type Compared,
  type Wanted,
} from './candidates.rule.js';
import { pagesOf } from '../../write-side/stream-pages.js';

/**
 * `entries`: waiting ones with an amount; `matched`: those with candidates; `payments`: how many
 * were compared.
 */
export interface MatchSummary {
  entries: number;
  matched: number;
  payments: number;
}

/**
 * Finds payments that entries without a reference of ours may be about: the same amount and
 * currency, booked near their execution date, to the same account or name. What it finds it
 * records, best first, for a person to confirm (or not): nothing is paid or settled by it. Payments
 * of open cycles are compared, in one walk for all entries; who an entry names is read from the
 * archived file, because no event may say it.
 * @param args sha256: entries of this file only
 */
export async function matchEntries(
  deps: MessageDeps,
  args: { readonly sha256?: string },
  base: Pick<JobContext, 'correlationId'>,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<MatchSummary> {
  const wanted = await waiting(deps, args.sha256, signal);
  const summary: MatchSummary = { entries: wanted.length, matched: 0, payments: 0 };
  if (wanted.length === 0) return summary;
  await readParties(deps, wanted, signal);
  const byAmount = Map.groupBy(wanted, ({ key }) => key);
  for (const cycleId of await openCycles(deps.store)) {
    for await (const page of pagesOf(deps.store, `payment-${cycleId}-`, signal ? { signal } : {})) {
      const payments = page.flatMap(({ events }) => {
        const state = foldPayment(events);
        const entries =
          byAmount
            .get(keyOf(state.amountMinor, state.currency))
            ?.filter((entry) => fits(entry, state)) ?? [];
        const last = events.findLast(
          (event) => event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed',
        );
        return entries.length > 0 && last
          ? [{ state, entries, executionDate: last.data.executionDate }]
          : [];
      });
      await compare(deps, payments);
      summary.payments += page.length;
      onProgress?.({ what: 'payments compared', done: summary.payments });
    }
  }
  const found = wanted.filter(({ best }) => best.length > 0);
  summary.matched = found.length;
  for (let i = 0; i < found.length; i += PAGE) {
    signal?.throwIfAborted();
    const some = found.slice(i, i + PAGE);
    const loaded = await deps.store.readStreams(some.map(({ entryId }) => streams.entry(entryId)));
    const results = await record(
      deps,
      some.map(({ entryId, best, alike }, n): Unit => ({
        verb: 'find-candidates',
        key: entryId,
        loaded: [loaded[n]!.events],
        parts: [
          part(streams.entry(entryId), bankEntryDecider, {
            type: 'RecordCandidates',
            candidates: best,
            alike,
          }),
        ],
      })),
      { actor: AUTOMATION, correlationId: base.correlationId },
    );
    for (const result of results) if (result.kind === 'refused') throw result.error;
  }
  return summary;
}

const keyOf = (amountMinor: string, currency: string): string => `${amountMinor} ${currency}`;

async function waiting(
  { store }: MessageDeps,
  sha256: string | undefined,
  signal?: AbortSignal,
): Promise<readonly (Wanted & { readonly key: string })[]> {
  const found: (Wanted & { readonly key: string })[] = [];
  for await (const page of pagesOf(store, 'entry-', signal ? { signal } : {})) {
    for (const { events } of page) {
      const { status, entry } = foldBankEntry(events);
      if (
        status !== 'quarantined' ||
        !entry?.amountMinor ||
        !entry.currency ||
        // What a payments block said is of no file, and of a payment that it names.
        entry.sha256 === undefined ||
        entry.number === undefined ||
        entry.outcome === 'accepted' ||
        (sha256 !== undefined && entry.sha256 !== sha256)
      )
        continue;
      found.push({
        entryId: entry.entryId,
        sha256: entry.sha256,
        number: entry.number,
        key: keyOf(entry.amountMinor, entry.currency),
        outcome: entry.outcome,
        bookedOn: entry.bookedOn,
        accountHashes: new Set(),
        names: new Set(),
        best: [],
        alike: 0,
      });
    }
  }
  return found;
}

/**
 * Reads the files again for whom the entries name. A file that is gone leaves amount and day to
 * compare.
 */
async function readParties(
  { archive, readMessage, vault }: MessageDeps,
  wanted: readonly Wanted[],
  signal?: AbortSignal,
): Promise<void> {
  for (const [sha256, entries] of Map.groupBy(wanted, (entry) => entry.sha256)) {
    const bytes = await archive.open(sha256);
    if (!bytes) continue;
    const byNumber = new Map(entries.map((entry) => [entry.number, entry]));
    let number = 0;
    for await (const batch of readMessage(bytes, { parties: true }).entries) {
      signal?.throwIfAborted();
      for (const { parties } of batch.filter(isNumbered)) {
        const entry = byNumber.get(number);
        number += 1;
        if (!entry || !parties) continue;
        entry.names = new Set(parties.names.map(comparable));
        entry.accountHashes = new Set(
          parties.accounts.flatMap((account) => [...hashesOfAccount(vault, account)]),
        );
      }
    }
  }
}

async function compare(deps: MessageDeps, payments: readonly Compared[]): Promise<void> {
  const asked = payments.filter(({ entries }) =>
    entries.some(({ names, accountHashes }) => names.size + accountHashes.size > 0),
  );
  const persons = await deps.store.readStreams(
    asked.map(({ state }) => streams.person(partsOfPayment(state.paymentId).personId)),
  );
  const payees = asked.map(({ state }, i) => payeeOf(persons[i]!.events, state.accountId));
  const opened = await openPayees(
    deps.vault,
    payees.map((payee, i) =>
      asked[i]!.entries.some(({ names }) => names.size > 0) ? payee : undefined,
    ),
    // Whose name nobody can read is proposed by what else agrees.
    () => undefined,
  );
  const known = new Map(
    asked.map((payment, i) => [
      payment,
      { payee: payees[i], name: opened[i] && comparable(opened[i].name) },
    ]),
  );
  for (const payment of payments) {
    const { payee, name } = known.get(payment) ?? {};
    for (const entry of payment.entries) keepBest(entry, candidateOf(entry, payment, payee, name));
  }
}
