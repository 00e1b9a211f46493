import type { Instruction, WrittenFile } from '../../adapters/payment-rail/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { partsOfPayment, streams } from '../../kernel/ids.js';
import { payeeOf } from '../../person/payee.rule.js';
import { openPayees } from '../../person/payees.js';
import { PAGE, type Deps } from '../../write-side/context.js';
import type { PayingAccount } from '../../write-side/readers.js';
import { unfitFrom, writeMessage, type Release } from './messages.js';

/** What is the same for all messages of a cycle that are written after its release. */
export type ReinstructionHead = Omit<Release, 'executionDate' | 'createdAt'>;

export type InstructionEvent = Extract<
  Recorded,
  { readonly type: 'PaymentInstructed' | 'PaymentReinstructed' }
>;
export const isInstruction = (event: Recorded): event is InstructionEvent =>
  event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed';

/** The account that a payment leaves from when its payee is paid on an account of this kind. */
export function accountFor(
  { terms }: ReinstructionHead,
  payment: readonly Recorded[],
  kind: Instruction['payee']['kind'],
): PayingAccount {
  const ordered = payment.findLast((event) => event.type === 'PaymentOrdered');
  return terms.accountFor(ordered?.data.region ?? '', kind);
}

/** An instruction that carries a message id, with all that the message says of it. */
interface Found {
  readonly event: InstructionEvent;
  readonly payment: readonly Recorded[];
  readonly payee: Instruction['payee'];
}

async function instructionsIn(
  { store, vault }: Deps,
  messageId: string,
  paymentIds: readonly string[],
): Promise<readonly Found[]> {
  const payments = await store.readStreams(paymentIds.map((id) => streams.payment(id)));
  const persons = await store.readStreams(
    paymentIds.map((id) => streams.person(partsOfPayment(id).personId)),
  );
  const found = payments.map(({ events }) =>
    events.find(
      (event): event is InstructionEvent =>
        isInstruction(event) && event.data.messageId === messageId,
    ),
  );
  const payees = await openPayees(
    vault,
    found.map((event, i) => event && payeeOf(persons[i]!.events, event.data.accountId)),
    // It is instructed: a file without it would say that it is not.
    (_, damaged) => {
      throw damaged;
    },
  );
  return found.flatMap((event, i): Found[] => {
    const payee = payees[i];
    return event && payee ? [{ event, payment: payments[i]!.events, payee }] : [];
  });
}

const instructionOf = (
  { event, payee }: Found,
  { terms, period }: ReinstructionHead,
): Instruction => {
  const { paymentId, attempt, endToEndId, currency, amountMinor } = event.data;
  return {
    paymentId,
    attempt,
    endToEndId,
    currency,
    amountMinor: BigInt(amountMinor),
    payee,
    remittance: terms.remittanceOf(period),
  };
};

/**
 * The file of one message, from the events that carry its message id. Holds the transfers of one
 * file.
 */
export async function writeReinstructions(
  deps: Deps,
  head: ReinstructionHead,
  messageId: string,
  paymentIds: readonly string[],
): Promise<WrittenFile | undefined> {
  const instructions: Instruction[] = [];
  let createdAt: string | undefined;
  let executionDate: string | undefined;
  let account: PayingAccount | undefined;
  for (let i = 0; i < paymentIds.length; i += PAGE) {
    for (const found of await instructionsIn(deps, messageId, paymentIds.slice(i, i + PAGE))) {
      const { event, payment, payee } = found;
      if (createdAt === undefined || event.time < createdAt) createdAt = event.time;
      executionDate ??= event.data.executionDate;
      account ??= accountFor(head, payment, payee.kind);
      const instruction = instructionOf(found, head);
      if (unfitFrom(deps.rail, account, instruction) === undefined) instructions.push(instruction);
    }
  }
  if (createdAt === undefined || executionDate === undefined || account === undefined)
    return undefined;
  if (instructions.length === 0) return undefined;
  return writeMessage(
    deps.rail,
    { ...head, createdAt, executionDate },
    account,
    messageId,
    instructions,
  );
}
