import { ReceiveBankMessage } from '../../src/statement/statement.commands.js';
import { namesOf } from '../../src/http/idempotency.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { ReportOutcomes } from '../../src/payment/payment.commands.js';
import { camtOf, type Said } from '../support/bank-messages.js';
import type { Transfer } from './bank.js';
import type { Office } from './office.js';

const major = (minor: bigint): string => {
  const digits = String(minor).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** The bank executes what waits, or some of it: most is paid, some is rejected. */
export function execute({ ground: { bank, scheduler } }: Office, rejected: number): void {
  for (const transfer of bank.transfers) {
    if (transfer.fate !== 'waiting') continue;
    transfer.fate = scheduler.chance.is(rejected) ? 'rejected' : 'paid';
    transfer.paidOn = scheduler.today;
    scheduler.note('bank', `${transfer.endToEndId} is ${transfer.fate}`);
  }
}

/** Money that was paid comes back. */
export function sendBack({ ground: { bank, scheduler } }: Office, n: number): void {
  const paid = bank.transfers.filter(({ fate, isBack }) => fate === 'paid' && !isBack);
  if (paid.length === 0) return;
  const transfer = paid[n % paid.length]!;
  transfer.isBack = true;
  transfer.backOn = scheduler.today;
  scheduler.note('bank', `${transfer.endToEndId} came back`);
}

type Outcome = 'settled' | 'rejected' | 'returned';

/** What is true of a transfer, in the order in which it came to be. */
const newsOf = ({ fate, isBack }: Transfer): readonly Outcome[] => {
  if (fate === 'waiting') return [];
  if (fate === 'rejected') return ['rejected'];
  return isBack ? ['settled', 'returned'] : ['settled'];
};

const outcomeOf = (transfer: Transfer, outcome: Outcome): object => ({
  paymentId: transfer.paymentId,
  endToEndId: transfer.endToEndId,
  outcome,
  ...(outcome === 'rejected' ? {} : { amount: major(transfer.amountMinor), currency: 'MAD' }),
  ...(outcome === 'settled' ? { settledOn: transfer.paidOn } : { reason: 'AC04' }),
});

function told(transfers: readonly Transfer[]): void {
  for (const transfer of transfers)
    if (transfer.fate === 'rejected' || transfer.isBack) transfer.saidFailed = true;
}

/** Tells what became of transfers over HTTP, in whatever order. */
export async function report(office: Office, transfers: readonly Transfer[]): Promise<void> {
  const outcomes = transfers.flatMap((one) => newsOf(one).map((news) => outcomeOf(one, news)));
  if (outcomes.length === 0) return;
  told(transfers);
  await office.ask(office.person('payment-system'), {
    type: ReportOutcomes,
    path: '/outcomes',
    body: { outcomes },
  });
}

/**
 * Something that is not true: another amount, a payment that is none, a rejection of what was
 * settled.
 */
export async function confuse(office: Office, n: number): Promise<void> {
  const { bank } = office.ground;
  const paid = bank.transfers.filter(({ fate }) => fate === 'paid');
  if (paid.length === 0) return;
  const transfer = paid[n % paid.length]!;
  const said = outcomeOf(transfer, 'settled');
  const wrong = [
    { ...said, amount: major(transfer.amountMinor + 100n) },
    {
      ...said,
      paymentId: transfer.paymentId.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
    },
    { ...said, outcome: 'unknown' },
    { ...said, outcome: 'accepted' },
  ][n % 4]!;
  await office.ask(office.person('payment-system'), {
    type: ReportOutcomes,
    path: '/outcomes',
    body: { outcomes: [wrong] },
  });
}

/** Notifications (camt.054) of what was booked, one a day. */
export async function notify(office: Office, transfers: readonly Transfer[]): Promise<void> {
  const booked = new Map<string, Said[]>();
  for (const one of transfers)
    for (const what of newsOf(one)) {
      if (what === 'rejected') continue;
      const day = what === 'settled' ? one.paidOn : one.backOn;
      const said = {
        endToEndId: one.endToEndId,
        amount: major(one.amountMinor),
        what,
        ...(what === 'settled' ? {} : { reason: 'AC04' }),
      };
      booked.set(day, [...(booked.get(day) ?? []), said]);
    }
  told(transfers.filter(({ fate }) => fate === 'paid'));
  for (const [day, said] of booked) await notifyOf(office, day, said);
}

async function notifyOf(office: Office, day: string, said: readonly Said[]): Promise<void> {
  const valueAt = `${day}T12:00:00+01:00`;
  const bytes = Buffer.from(
    camtOf('camt.054', said, { bookedOn: day, valueAt, messageId: `N${office.nextNumber()}` }),
  );
  const actor = office.person('payment-system');
  const key = uuidOf('notification', office.nextNumber());
  await office.send(
    actor,
    async (process) => {
      const { archive, clock, vault } = process.deps;
      const archived = await archive.put(
        (async function* () {
          yield bytes;
        })(),
      );
      const asked = { method: 'POST', path: '/bank/messages', body: archived.sha256 };
      const { commandId, ...kept } = namesOf(vault, actor, key, asked);
      const command = Object.defineProperties(new ReceiveBankMessage(), {
        received: { value: { ...archived, sender: actor.id, fileName: 'booked.xml' } },
        discard: { value: () => archive.discard(archived.sha256) },
        call: {
          value: {
            context: {
              actor,
              now: clock.now(),
              commandId,
              correlationId: uuidOf('correlation', key),
            },
            params: {},
            ...kept,
          },
        },
      });
      return process.execute(command);
    },
    '/bank/messages',
  );
}
