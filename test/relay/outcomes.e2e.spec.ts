import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import type { Inbound, InboundTopic } from '../../src/adapters/event-bus/port.js';
import { OutcomesFromTopic } from '../../src/use-cases/outcomes/take-outcomes-topic.js';
import { answers, enrolled, PROGRAMME, released } from '../use-cases/month.js';
import { newWorld, type World } from '../use-cases/world.js';

const schema = JSON.parse(readFileSync('events/payment-outcome.v1.schema.json', 'utf8'));
const fits = new Ajv({
  strict: false,
  formats: {
    date: (text: string) => !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && text.length === 10,
  },
}).compile(schema);
const message = (
  value: unknown,
  key = (value as { paymentId?: string }).paymentId ?? '',
): Inbound => ({ key, value: JSON.stringify(value), headers: {} });

describe('outcomes from the topic', () => {
  let world: World;
  let desk: OutcomesFromTopic;
  let paymentIds: string[];
  const nowhere: InboundTopic = { run: async () => undefined };

  beforeAll(async () => {
    world = await newWorld();
    await enrolled(world.engine, 12);
    const { cycleId } = await released(world.engine, '2025-11');
    paymentIds = [];
    for await (const batch of answers(world.engine, cycleId, () => ({ outcome: 'settled' })))
      paymentIds.push(...batch.map(({ paymentId }) => paymentId!));
    expect(`${PROGRAMME} ${paymentIds.length > 3}`).toBe(`${PROGRAMME} true`);
    desk = new OutcomesFromTopic(world.engine, nowhere);
  });
  afterAll(() => world.end());

  it('become facts of the payment, once, and a contradiction a break', async () => {
    const [first, second] = paymentIds as [string, string];
    const settled = message({ paymentId: first, outcome: 'settled', settledOn: '2025-11-28' });
    const rejected = message({ paymentId: second, outcome: 'rejected', reason: 'AC04' });
    expect(await desk.take([settled, rejected])).toEqual([undefined, undefined]);
    const position = await world.engine.store.lastPosition();
    expect(await desk.take([settled, rejected, settled])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await world.engine.store.lastPosition()).toBe(position);
    expect(
      await desk.take([message({ paymentId: first, outcome: 'rejected', reason: 'AC04' })]),
    ).toEqual([undefined]);
    expect(desk.figures).toEqual({ applied: 2, unchanged: 3, breaks: 1, deadLettered: 0 });
    const events = await world.engine.store.readStream(`payment-${first}`);
    expect(
      events.slice(-2).map(({ type, meta, data }) => ({
        type,
        actor: meta.actor,
        role: meta.role,
        source: (data as { source?: string }).source,
      })),
    ).toEqual([
      { type: 'PaymentSettled', actor: 'outcomes-topic', role: 'payment-system', source: 'topic' },
      {
        type: 'PaymentBreakRecorded',
        actor: 'outcomes-topic',
        role: 'payment-system',
        source: 'topic',
      },
    ]);
  });

  it('that cannot be taken are told apart, each with its reason and without its data, and hold nothing up', async () => {
    const third = paymentIds[2]!;
    const good = message({ paymentId: third, outcome: 'accepted' });
    const unknown = `${PROGRAMME}-2025-11-00000000-0000-5000-8000-000000000000`;
    const reasons = await desk.take([
      { ...good, value: 'no JSON' },
      { ...good, value: '' },
      { ...good, value: `{"__proto__":{},"paymentId":"${third}","outcome":"settled"}` },
      message({ paymentId: third, outcome: 'paid' }),
      good,
      { ...good, key: 'another' },
      message({ paymentId: third, outcome: 'settled', amount: '1.00' }),
      message({ paymentId: unknown, outcome: 'settled' }),
    ]);
    expect(reasons.map((reason) => reason?.split(':')[0])).toEqual([
      'MALFORMED_JSON',
      'BODY_NOT_AN_OBJECT',
      'UNKNOWN_FIELD',
      'INVALID_FIELD',
      undefined,
      'KEY_DIFFERS',
      'INVALID_FIELD',
      'PAYMENT_UNKNOWN',
    ]);
    for (const reason of reasons) expect(reason ?? '').not.toContain(third);
    expect(desk.figures.deadLettered).toBe(7);
  });

  const id = `${PROGRAMME}-2025-11-00000000-0000-5000-8000-000000000000`;
  it.each([
    [{ paymentId: id, outcome: 'settled' }],
    [
      {
        paymentId: id,
        outcome: 'settled',
        amount: '5.00',
        currency: 'MAD',
        settledOn: '2025-12-01',
        reference: 'x',
        endToEndId: 'E1',
        attempt: 1,
      },
    ],
    [{ paymentId: id, outcome: 'rejected', reason: 'AC04' }],
    [{ paymentId: id, outcome: 'rejected', reason: 'ac04' }],
    [{ paymentId: 'x', outcome: 'settled' }],
    [{ paymentId: id }],
    [{ outcome: 'settled' }],
    [{ paymentId: id, outcome: 'settled', amount: 5, currency: 'MAD' }],
    [{ paymentId: id, outcome: 'settled', amount: '05.00', currency: 'MAD' }],
    [{ paymentId: id, outcome: 'settled', amount: '5.00' }],
    [{ paymentId: id, outcome: 'settled', settledOn: '2025-13-01' }],
    [{ paymentId: id, outcome: 'settled', attempt: 0 }],
    [{ paymentId: id, outcome: 'settled', attempt: 1.5 }],
    [{ paymentId: id, outcome: 'settled', reference: '' }],
    [{ paymentId: id, outcome: 'settled', endToEndId: 'x'.repeat(36) }],
    [{ paymentId: id, outcome: 'settled', colour: 'blue' }],
    [[]],
    ['settled'],
    [null],
  ])('are read as the published schema says: %j', async (value) => {
    const [reason] = await desk.take([{ key: id, value: JSON.stringify(value), headers: {} }]);
    expect(reason?.startsWith('PAYMENT_UNKNOWN') ?? true).toBe(fits(value));
  });
});
