import { afterAll, beforeAll } from '@jest/globals';
import { correlationIdOf } from '../../src/kernel/govstack.js';
import { fakeBlock, type BlockBatch, type FakeBlock } from '../support/govstack-block.js';
import { publishedOperations } from '../support/govstack-openapi.js';
import {
  approved,
  enrolled,
  expectStatus,
  HttpWorld,
  paid,
  setUp,
  submitted,
  type Caller,
  type Json,
  type Reply,
} from './http-world.js';
import { eventually } from '../support/eventually.js';

export const operations = publishedOperations();

/** A server whose payments block is a fake; one cycle is released and with it. */
export let world: HttpWorld;

export let block: FakeBlock;

let bank: Caller;

export let finance: Caller;

export const persons: string[] = [];

export let wallet: string;

export const CYCLE = 'asd-2025-10';

export const ID = (batch: number): string => correlationIdOf('pay', 'ASD-2025-10-0001', batch);

beforeAll(async () => {
  if (operations.size === 0) return;
  block = await fakeBlock(operations);
  world = await HttpWorld.open({
    SANAD_GOVSTACK_URL: block.url,
    SANAD_GOVSTACK_BBID: 'SANAD',
    SANAD_GOVSTACK_CALLBACK_URL: 'https://sanad.example/govstack/callback',
    SANAD_GOVSTACK_BATCH: '3',
    SANAD_GOVSTACK_VALIDATE: 'BANK1',
  });
  await setUp(world);
  // The block itself is asked whether an account can be paid on; nobody else looks at it here.
  for (const name of ['m.alaoui', 'm.second']) {
    const manager = await world.as(name, 'programme-manager');
    const none = { days: 0, verification: 'none' };
    await expectStatus(200, manager.post('/programmes/asd/account-hold', none));
  }
  for (const n of [1, 2, 3, 4, 5, 6]) {
    const { personId, applicationId } = await submitted(world, n);
    await approved(world, applicationId);
    await enrolled(world, personId);
    persons.push(personId);
    if (n === 6)
      wallet = (
        await expectStatus(
          201,
          (await world.as('i.berrada', 'intake')).post(`/persons/${personId}/accounts`, {
            kind: 'wallet',
            number: '+212698765432',
          }),
        )
      ).accountId;
  }
  bank = await world.as('payments-block', 'payment-system');
  finance = await world.as('f.elfassi', 'finance-officer');
  await expectStatus(201, finance.post('/cycles', { programmeId: 'asd', period: '2025-10' }));
  await paid(world, CYCLE);
  await eventually('both batches', () => block.batches.size >= 2);
}, 600_000);

afterAll(async () => {
  await world?.close();
  await block?.close();
});

export const batchOf = (index: number): BlockBatch => block.batches.get(ID(index))!;

export const totalOf = (batch: BlockBatch): number =>
  batch.transfers.reduce((sum, { amount }) => sum + amount, 0);

/** What the block says of a batch, as published. */
export function statusOf(batch: BlockBatch, more: Json = {}): Json {
  const total = totalOf(batch);
  return {
    requestId: batch.correlationId,
    batchId: batch.batchId,
    TotalTransactions: batch.transfers.length,
    ongoing: 0,
    failed: 0,
    completed: batch.transfers.length,
    totalAmount: total,
    completed_amount: total,
    ongoing_amount: 0,
    failed_amount: 0,
    result_file: null,
    resultGeneratedAt: '2025-11-28T10:00:00Z',
    note: 'done',
    ...more,
  };
}

export const tell = (
  body: Json,
  {
    id = body.requestId,
    batchId = body.batchId,
    by = bank,
  }: { id?: string; batchId?: string; by?: Caller } = {},
): Promise<Reply> =>
  by.send(
    'POST',
    `/govstack/api/v1/batch?batchId=${batchId}&X-CorrelationID=${id}`,
    JSON.stringify(body),
    { 'content-type': 'application/json' },
  );

export const callBack = (body: Json, by = bank): Promise<Reply> =>
  by.send('POST', '/govstack/callback', JSON.stringify(body), {
    'content-type': 'application/json',
  });

async function position(): Promise<number> {
  const { position: at } = await expectStatus(
    200,
    finance.post('/payments/outcomes', {
      outcomes: [
        { paymentId: `asd-2025-10-00000000-0000-5000-8000-000000000000`, outcome: 'accepted' },
      ],
    }),
  );
  return at;
}

export async function statuses(): Promise<string[]> {
  const { items } = await expectStatus(
    200,
    finance.get(`/payments?cycleId=${CYCLE}&after=${await position()}`),
  );
  return (items as Json[]).map(({ status }) => status).sort();
}
