import { afterEach, beforeEach } from '@jest/globals';
import { cycleFigures } from '../../src/use-cases/cycles/reconcile-cycle.js';
import type { MessageDeps } from '../../src/write-side/context.js';
import {
  takeInMessage,
  type MessageSummary,
} from '../../src/use-cases/statements/take-in-message.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { inPieces, type Said } from '../support/bank-messages.js';
import { auditOf } from '../support/audit.js';
import { enrolled, released } from './month.js';
import { job, newWorld, type World } from './world.js';

const CYCLE = 'asd-2025-12';

/** A world of its own for each test: forty households enrolled, and December released. */
export let world: World;

export interface Paid {
  readonly paymentId: string;
  readonly endToEndId: string;
  readonly messageId: string;
  readonly amountMinor: string;
}

beforeEach(async () => {
  world = await newWorld();
  await enrolled(world.engine, 40, 7);
  await released(world.engine, '2025-12');
}, 600_000);

afterEach(() => world.end());

export async function payments(deps: MessageDeps = world.engine): Promise<Paid[]> {
  const found: Paid[] = [];
  for await (const page of pagesOf(deps.store, `payment-${CYCLE}-`)) {
    for (const { events } of page)
      for (const event of events) if (event.type === 'PaymentInstructed') found.push(event.data);
  }
  return found;
}

const decimal = (minor: string): string =>
  `${minor.padStart(3, '0').slice(0, -2)}.${minor.padStart(3, '0').slice(-2)}`;

export const said = (paid: readonly Paid[], what: Said['what'], reason?: string): Said[] =>
  paid.map(({ endToEndId, amountMinor }) => ({
    endToEndId,
    amount: decimal(amountMinor),
    what,
    ...(reason === undefined ? {} : { reason }),
  }));

export const take = (
  text: string | Uint8Array,
  fileName = 'bank.xml',
  signal?: AbortSignal,
): Promise<MessageSummary> =>
  takeInMessage(
    world.engine,
    { bytes: inPieces(text), sender: 'bank-folder', fileName },
    job(world.engine, 'bank'),
    undefined,
    signal,
  );

export const figures = async () => await cycleFigures(world.engine.store, CYCLE);

export const violations = async () => (await auditOf(world.engine.store)).violations;
