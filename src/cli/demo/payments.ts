import { record } from '../../write-side/bulk.js';
import { part, type Unit } from '../../write-side/unit.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import type { Actor, Recorded } from '../../kernel/decider.js';
import { fold } from '../../kernel/decider.js';
import { partsOfPayment, streams, uuidOf } from '../../kernel/ids.js';
import { paymentDecider } from '../../payment/payment.decider.js';
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
  const { status, attempt } = fold(paymentDecider, events);
  return attempt === FIRST_ATTEMPT && (status === 'rejected' || status === 'returned');
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
      .map(({ stream }) => stream.slice('payment-'.length))
      .filter((paymentId) => digitOf(paymentId) < MENDED_OF_TEN);
    if (failed.length === 0) continue;
    const payees = failed.map((paymentId) => {
      const { personId } = partsOfPayment(paymentId);
      const digits = BigInt(
        `0x${uuidOf('demo-account', paymentId, FIRST_ATTEMPT).replaceAll('-', '').slice(0, 15)}`,
      )
        .toString()
        .padStart(16, '0')
        .slice(-16);
      return {
        personId,
        accountId: uuidOf('account', personId, 'mended', paymentId, FIRST_ATTEMPT),
        number: ibanOfRib(ribOf('350', '810', digits)),
      };
    });
    const persons = await engine.store.readStreams(
      payees.map(({ personId }) => streams.person(personId)),
    );
    const todo = payees
      .map((payee, i) => ({ ...payee, events: persons[i]!.events }))
      .filter(
        ({ accountId, events }) =>
          !events.some(
            (e) => e.type === 'PayeeAccountRegistered' && e.data.accountId === accountId,
          ),
      );
    if (todo.length === 0) continue;
    const holders = await engine.vault.open(
      todo.map(({ events }) => events.find((e) => e.type === 'PersonRegistered')!.data.sealed),
    );
    const sealed = await engine.vault.seal(
      todo.map(({ personId, accountId, number }, i) => ({
        personId,
        record: `person/${personId}/account/${accountId}`,
        fields: { holder: holders[i]?.['name'] ?? '', number },
      })),
    );
    const units = todo.map(({ personId, accountId, number, events }, i): Unit => ({
      verb: 'mend-account',
      key: `${personId} ${accountId}`,
      loaded: [events],
      parts: [
        part(
          streams.person(personId),
          personDecider,
          {
            as: clerk,
            command: {
              type: 'RegisterPayeeAccount',
              personId,
              accountId,
              kind: 'iban',
              accountHash: engine.vault.keyedHash('account', number),
              sealed: sealed[i]!,
            },
          },
          {
            as: verifier,
            command: {
              type: 'VerifyPayeeAccount',
              personId,
              accountId,
              method: 'bank letter seen at the counter',
            },
          },
        ),
      ],
    }));
    for (const result of await record(engine, units, {
      actor: clerk,
      correlationId: uuidOf('demo', cycleId),
    })) {
      if (result.kind === 'refused') throw result.error;
      if (result.kind === 'recorded') mended += 1;
    }
  }
  return mended;
}

/**
 * A finance officer asks the bank about each contradiction, which answers that its second message
 * was an error.
 */
export async function resolveBreaks(
  engine: Engine,
  cycleId: string,
  officer: Actor,
  signal: AbortSignal,
): Promise<number> {
  let resolved = 0;
  for await (const page of pagesOf(engine.store, `payment-${cycleId}-`, { signal })) {
    const units = page.flatMap(({ stream, events }): Unit[] => {
      const done = new Set(
        events.flatMap((e) => (e.type === 'PaymentBreakResolved' ? [e.data.breakId] : [])),
      );
      const open = events.flatMap((e) =>
        e.type === 'PaymentBreakRecorded' && !done.has(e.data.breakId) ? [e.data] : [],
      );
      return open.length === 0
        ? []
        : [
            {
              verb: 'resolve-breaks',
              key: stream,
              loaded: [events],
              parts: [
                part(
                  stream,
                  paymentDecider,
                  ...open.map(
                    (data) =>
                      ({
                        type: 'ResolveBreak',
                        paymentId: data.paymentId,
                        breakId: data.breakId,
                        resolution: 'bank-error',
                        reason: 'the bank withdrew its second message',
                      }) as const,
                  ),
                ),
              ],
            },
          ];
    });
    for (const result of await record(engine, units, {
      actor: officer,
      correlationId: uuidOf('demo', cycleId),
    })) {
      if (result.kind === 'refused') throw result.error;
      if (result.kind === 'recorded') resolved += 1;
    }
  }
  return resolved;
}
