import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Role } from '../../src/kernel/decider.js';
import { expectProblem } from './expect-problem.js';
import { person, type Caller, type Json } from './http-world.js';

/** Where the same request is sent twice: perhaps to two processes, by one caller of each role. */
export interface Doors {
  one(role: Role): Promise<Caller>;
  other(role: Role): Promise<Caller>;
  /** Position of the log's last event. */
  head(): Promise<number>;
}

interface Sent {
  readonly role: Role;
  readonly path: string;
  readonly body: Json;
  /** Another body for the same path. */
  readonly changed: Json;
  readonly status: number;
  /** What the same body comes to under another key. */
  readonly underAnotherKey: readonly [status: number, code: string] | 'the same';
}

/** A command on one stream, one on two streams, and one that starts a job. */
const KINDS: Readonly<Record<string, Sent>> = {
  single: {
    role: 'finance-officer',
    path: '/budgets/asd/2027/allotments',
    body: { amount: '1000.00', currency: 'MAD', reference: 'Finance act' },
    changed: { amount: '2000.00', currency: 'MAD', reference: 'Finance act' },
    status: 201,
    underAnotherKey: [409, 'BUDGET_ALREADY_ALLOTTED'],
  },
  unit: {
    role: 'intake',
    path: '/persons',
    body: person(7_001),
    changed: person(7_002),
    status: 201,
    underAnotherKey: [409, 'IDENTITY_ALREADY_REGISTERED'],
  },
  job: {
    role: 'finance-officer',
    path: '/recoveries/asd/plans',
    body: { sharePercent: 10, floor: '100.00', reason: 'law' },
    changed: { sharePercent: 20, floor: '100.00', reason: 'law' },
    status: 202,
    underAnotherKey: 'the same',
  },
};

/**
 * Every kind of command under an idempotency key: the same again is answered alike, another body is
 * a conflict and changes nothing, and under another key it is another command.
 */
export async function sameKey({ one, other, head }: Doors): Promise<void> {
  for (const [kind, sent] of Object.entries(KINDS)) {
    const { role, path, body, changed, status, underAnotherKey } = sent;
    const key = `same ${kind} ${randomUUID()}`.replaceAll(' ', '-');
    const caller = await one(role);
    const again = await other(role);
    const first = await caller.post(path, body, key);
    expect([kind, first.status, first.text]).toEqual([kind, status, expect.any(String)]);
    const then = await head();
    for (const door of [again, caller]) {
      const repeated = await door.post(path, body, key);
      expect([kind, repeated.status, repeated.text]).toEqual([kind, status, first.text]);
      await expectProblem(door.post(path, changed, key), 409, 'IDEMPOTENCY_KEY_REUSED');
    }
    expect([kind, await head()]).toEqual([kind, then]);
    const more = await again.post(path, body, `${key}-more`);
    if (underAnotherKey === 'the same') expect([kind, more.status]).toEqual([kind, status]);
    else expect([kind, more.status, more.body.code]).toEqual([kind, ...underAnotherKey]);
    expect([kind, await head()]).toEqual([kind, then]);
  }
}
