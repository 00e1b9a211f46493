import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ribOf } from '../../src/kernel/accounts.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { partsOfPayment, streams } from '../../src/kernel/ids.js';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { paymentsLeftOut } from '../../src/use-cases/instructions/left-out.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { AUTOMATION } from '../../src/write-side/context.js';
import { execute } from '../../src/write-side/execute.js';
import type { Refusal } from '../../src/write-side/refusals.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { part } from '../../src/write-side/unit.js';
import { auditOf } from '../support/audit.js';
import { enrolled, PROGRAMME } from './month.js';
import { anotherAccount } from './payee-accounts.js';
import { as, drain, job, newWorld, type World } from './world.js';

const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;

/** Names that earlier versions took. */
describe('payees whom no message can name', () => {
  let world: World;
  let payments: readonly string[];
  let unnamed: string;
  let frozen: string;
  const account = async (paymentId: string, holder: string, n: number): Promise<string> => {
    const { engine } = world;
    const { personId } = partsOfPayment(paymentId);
    const another = await anotherAccount(engine, personId, {
      n,
      fields: { number: ribOf('011', '780', `${1_000_000_000_000_000 + n}`), holder },
      hashed: `${personId}${n}`,
    });
    const { accountId } = another;
    await execute(
      engine,
      [
        part(streams.person(personId), personDecider, another, {
          as: as(engine, 'supervisor', 'account').actor,
          command: { type: 'VerifyPayeeAccount', personId, accountId, method: 'seen' },
        }),
      ],
      as(engine, 'officer', 'account', personId, n),
    );
    return accountId;
  };
  const written = (): string =>
    readdirSync(join(world.dir, 'files'))
      .filter((name) => name.endsWith('.xml'))
      .map((name) => readFileSync(join(world.dir, 'files', name), 'utf8'))
      .join('');
  const leftOut = async (): Promise<readonly Refusal[]> => {
    const found: Refusal[] = [];
    for await (const page of paymentsLeftOut(world.engine, CYCLE)) found.push(...page);
    return found;
  };
  const again = () =>
    reinstructPayments(
      world.engine,
      { cycleId: CYCLE, executionDate: '2026-01-10' },
      job(world.engine, 'finance'),
    );

  beforeAll(async () => {
    world = await newWorld();
    const { engine } = world;
    await enrolled(engine, 30);
    const { cycleId, contentHash } = await prepareCycle(
      engine,
      { programmeId: PROGRAMME, period: PERIOD },
      job(engine, 'finance'),
    );
    const ids: string[] = [];
    for await (const page of pagesOf(engine.store, `payment-${cycleId}-`))
      ids.push(...page.map(({ stream }) => stream.slice('payment-'.length)));
    payments = ids;
    [unnamed, frozen] = [ids[0]!, ids[1]!];
    await account(unnamed, '\u202e', 2);
    const accountId = await account(frozen, '\udc00', 3);
    await approveCycle(
      engine,
      { cycleId, contentHash },
      as(engine, 'controller', 'approve', cycleId),
    );
    await releaseCycle(
      engine,
      { cycleId, contentHash, executionDate: '2025-12-28' },
      as(engine, 'releaser', 'release', cycleId),
    );
    // What an earlier version left: instructed, and its file never written.
    await execute(
      engine,
      [
        part(streams.payment(frozen), paymentDecider, {
          type: 'InstructPayment',
          messageId: 'ASD-202512-0001',
          endToEndId: endToEndIdOf(frozen, 1),
          accountId,
          executionDate: '2025-12-28',
        }),
      ],
      { ...as(engine, 'releaser', 'instruct', frozen), actor: AUTOMATION },
    );
    await drain(engine);
  });
  afterAll(() => world.end());

  test('stop nobody else: all others are in a file, and they are named with the reason', async () => {
    expect(written().match(/<CdtTrfTxInf>/g)).toHaveLength(payments.length - 2);
    const found = await leftOut();
    expect(found.map(({ id, code }) => [id, code]).sort()).toEqual(
      [
        [unnamed, 'PAYMENT_UNWRITABLE'],
        [frozen, 'PAYMENT_UNWRITABLE'],
      ].sort(),
    );
    expect(found.every(({ reason }) => reason.includes('the payee has no name'))).toBe(true);
  });

  test('are named when instructing again, and paid once their name is mended', async () => {
    const { engine } = world;
    expect(await again()).toMatchObject({ instructed: 0, reinstructed: 0, refused: 1 });
    await account(unnamed, 'Fatima', 4);
    await account(frozen, 'Ali', 5);
    await takeInOutcomes(
      engine,
      {
        source: 'file',
        outcomes: (async function* () {
          yield [
            {
              paymentId: frozen,
              endToEndId: endToEndIdOf(frozen, 1),
              outcome: 'rejected' as const,
              reason: 'NARR',
            },
          ];
        })(),
      },
      job(engine, 'bank'),
    );
    expect((await leftOut()).map(({ id, code }) => [id, code])).toEqual([[unnamed, 'READY']]);
    expect(await again()).toMatchObject({ instructed: 1, reinstructed: 1, refused: 0 });
    expect(written()).toContain('<Nm>Fatima</Nm>');
    expect(written().match(/<CdtTrfTxInf>/g)).toHaveLength(payments.length);
    expect(await leftOut()).toEqual([]);
  });

  test('leave a log that the audit finds nothing in, where an older version began it', async () => {
    const { store } = world.engine;
    const [, instructed] = await store.readStream(streams.payment(frozen));
    const upTo = instructed!.position;
    const older = (event: Recorded): Recorded => {
      const { channel, authentication, ...meta } = event.meta;
      return event.position > upTo ? event : { ...event, meta };
    };
    const began = {
      async readAll(after: number, limit: number) {
        const page = await store.readAll(after, limit);
        return { ...page, events: page.events.map(older) };
      },
    };
    expect((await auditOf(began)).violations).toEqual([]);
  });
});
