import { hashOfAccount } from '../../person/account-hash.js';
import type { EventData } from '../../../events/generated.js';
import { record } from '../../write-side/bulk.js';
import { part, type Unit } from '../../write-side/unit.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { sealedRecords } from '../../kernel/sealed-records.js';
import type { Actor, Recorded } from '../../kernel/decider.js';
import { fold } from '../../kernel/decider.js';
import { idIn, partsOfPayment, streams, uuidOf } from '../../kernel/ids.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { isUnpaid } from '../../payment/payment.state.js';
import { personDecider } from '../../person/person.decider.js';
import type { Engine } from '../compose.js';
import { ibanOfRib, ribOf } from '../../kernel/accounts.js';

/** Of ten payees whose payment failed, this many bring another account. */
const MENDED_OF_TEN = 9;

/** A number from 0 to 9 that a payment has for ever. */
const digitOf = (paymentId: string): number =>
  parseInt(uuidOf('demo', paymentId).slice(0, 8), 16) % 10;

const FIRST_ATTEMPT = 1;

/**
 * Whether a payment failed at its first attempt and no other was made. What fails again is left as
 * it is: a run that was killed comes by here once more, and must come to the same totals.
 */
function failedAtFirst(events: readonly Recorded[]): boolean {
  const payment = fold(paymentDecider, events);
  return payment.attempt === FIRST_ATTEMPT && isUnpaid(payment);
}

/** An account that a payee brings to the counter. */
interface BroughtAccount {
  readonly personId: string;
  readonly accountId: string;
  readonly number: string;
}

/** The other account of the payee of a payment, always the same. */
function broughtFor(paymentId: string): BroughtAccount {
  const { personId } = partsOfPayment(paymentId);
  const seed = uuidOf('demo-account', paymentId, FIRST_ATTEMPT).replaceAll('-', '').slice(0, 15);
  const digits = BigInt(`0x${seed}`).toString().padStart(16, '0').slice(-16);
  return {
    personId,
    accountId: uuidOf('account', personId, 'mended', paymentId, FIRST_ATTEMPT),
    number: ibanOfRib(ribOf('350', '810', digits)),
  };
}

type Brought = BroughtAccount & { readonly events: readonly Recorded[] };

/** Those of the accounts that are not registered yet, with the history of their persons. */
async function notRegistered(
  engine: Engine,
  accounts: readonly BroughtAccount[],
): Promise<readonly Brought[]> {
  const persons = await engine.store.readStreams(
    accounts.map(({ personId }) => streams.person(personId)),
  );
  return accounts
    .map((account, i) => ({ ...account, events: persons[i]!.events }))
    .filter(
      ({ accountId, events }) =>
        !events.some((e) => e.type === 'PayeeAccountRegistered' && e.data.accountId === accountId),
    );
}

/** Each account under its person's key, with the holder's name as it was registered. */
async function sealAccounts({ vault }: Engine, accounts: readonly Brought[]) {
  const holders = await vault.open(
    accounts.map(({ events }) => events.find((e) => e.type === 'PersonRegistered')!.data.sealed),
  );
  return vault.seal(
    accounts.map(({ personId, accountId, number }, i) => ({
      personId,
      record: sealedRecords.account(personId, accountId),
      fields: { holder: holders[i]?.['name'] ?? '', number },
    })),
  );
}

function mending(
  { personId, accountId, events }: Brought,
  account: Pick<EventData['PayeeAccountRegistered'], 'accountHash' | 'sealed'>,
  clerk: Actor,
  verifier: Actor,
): Unit {
  const register = {
    as: clerk,
    command: { type: 'RegisterPayeeAccount', personId, accountId, kind: 'iban', ...account },
  } as const;
  const verify = {
    as: verifier,
    command: {
      type: 'VerifyPayeeAccount',
      personId,
      accountId,
      method: 'bank letter seen at the counter',
    },
  } as const;
  return {
    verb: 'mend-account',
    key: `${personId} ${accountId}`,
    loaded: [events],
    parts: [part(streams.person(personId), personDecider, register, verify)],
  };
}

/** How many were recorded; a refusal ends the demo. */
async function recordAll(
  engine: Engine,
  cycleId: string,
  units: readonly Unit[],
  actor: Actor,
): Promise<number> {
  const results = await record(engine, units, { actor, correlationId: uuidOf('demo', cycleId) });
  let recorded = 0;
  for (const result of results) {
    if (result.kind === 'refused') throw result.error;
    if (result.kind === 'recorded') recorded += 1;
  }
  return recorded;
}

/**
 * The payees of payments that failed at their first attempt come to the counter with another
 * account (nine of ten do). One person registers it and another verifies it. What was mended before
 * stays.
 */
export async function mendAccounts(
  engine: Engine,
  cycleId: string,
  clerk: Actor,
  verifier: Actor,
  signal: AbortSignal,
): Promise<number> {
  let mended = 0;
  for await (const page of pagesOf(engine.store, `payment-${cycleId}-`, { signal })) {
    const failed = page
      .filter(({ events }) => failedAtFirst(events))
      .map(({ stream }) => idIn(stream))
      .filter((paymentId) => digitOf(paymentId) < MENDED_OF_TEN);
    if (failed.length === 0) continue;
    const accounts = await notRegistered(engine, failed.map(broughtFor));
    if (accounts.length === 0) continue;
    const sealed = await sealAccounts(engine, accounts);
    const units = accounts.map((account, i) => {
      const accountHash = hashOfAccount(engine.vault, account.number);
      return mending(account, { accountHash, sealed: sealed[i]! }, clerk, verifier);
    });
    mended += await recordAll(engine, cycleId, units, clerk);
  }
  return mended;
}

/** A unit that resolves the open breaks of a payment; none where there are none. */
function resolving(stream: string, events: readonly Recorded[]): Unit[] {
  const done = new Set(
    events.flatMap((e) => (e.type === 'PaymentBreakResolved' ? [e.data.breakId] : [])),
  );
  const open = events.flatMap((e) =>
    e.type === 'PaymentBreakRecorded' && !done.has(e.data.breakId) ? [e.data] : [],
  );
  if (open.length === 0) return [];
  const commands = open.map(
    ({ paymentId, breakId }) =>
      ({
        type: 'ResolveBreak',
        paymentId,
        breakId,
        resolution: 'bank-error',
        reason: 'the bank withdrew its second message',
      }) as const,
  );
  return [
    {
      verb: 'resolve-breaks',
      key: stream,
      loaded: [events],
      parts: [part(stream, paymentDecider, ...commands)],
    },
  ];
}

/**
 * Another finance officer than who paid again asks the bank about each contradiction, which answers
 * that its second message was an error.
 */
export async function resolveBreaks(
  engine: Engine,
  cycleId: string,
  officer: Actor,
  signal: AbortSignal,
): Promise<number> {
  let resolved = 0;
  for await (const page of pagesOf(engine.store, `payment-${cycleId}-`, { signal })) {
    const units = page.flatMap(({ stream, events }) => resolving(stream, events));
    resolved += await recordAll(engine, cycleId, units, officer);
  }
  return resolved;
}
