import type { Type } from '@nestjs/common';
import type { Command } from '../../src/http/call.js';
import { commandOf } from '../../src/http/params.js';
import type { Actor, Recorded, Role } from '../../src/kernel/decider.js';
import { DomainError, StoreError } from '../../src/kernel/errors.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { VaultError } from '../../src/adapters/vault/port.js';
import type { SimulatedProcess } from './process.js';
import type { Ground } from './process.js';
import type { Owner } from './scheduler.js';

/**
 * Two of each who can do the same, so that they are at work on everything at once; one of the
 * finance officers may also approve and release, where somebody else prepared.
 */
const NAMED = {
  intake: ['ines', 'idir'],
  'case-officer': ['omar', 'ouafa'],
  supervisor: ['salma', 'said'],
  'finance-officer': ['farid', 'hind'],
  'finance-controller': ['kenza', 'rachid', 'hind'],
  'programme-manager': ['meryem', 'mehdi'],
  administrator: ['amal', 'ali'],
  'payment-system': ['bank'],
} as const satisfies Partial<Record<Role, readonly string[]>>;
export type Who = keyof typeof NAMED;

/** What a request came to. */
export interface Told {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Asked<C extends Command> {
  readonly type: Type<C>;
  /** As in the API, with the parameters in it. */
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** How often a client sends a request again that nobody answered. */
const TRIES = 12;

/** The people and the bank at their desks: what they send, and to which process. */
export class Office {
  readonly world: Owner = { name: 'world', alive: true, pausedUntil: 0 };
  /** Requests that nobody has answered yet. */
  underWay = 0;
  #requests = 0;

  constructor(
    readonly ground: Ground,
    private readonly processes: () => readonly SimulatedProcess[],
    /** That a request is sent twice at once. */
    private readonly twice: number,
    /** People for each name. */
    private readonly deputies = 1,
  ) {}

  get requests(): number {
    return this.#requests;
  }
  goOnFrom(requests: number): void {
    this.#requests = requests;
  }

  /** Each time another. */
  nextNumber(): number {
    this.#requests += 1;
    return this.#requests;
  }

  get events(): readonly Recorded[] {
    return this.ground.places.log.events;
  }

  /** One of those with a role. */
  person(role: Who, n?: number): Actor {
    const names = this.#named(role);
    const id = n === undefined ? this.ground.scheduler.chance.of(names) : names[n % names.length]!;
    return { id, role, via: { channel: 'http', authentication: 'oidc' } };
  }

  #named(role: Who): readonly string[] {
    const names: readonly string[] = NAMED[role];
    if (role === 'payment-system') return names;
    const others = Array.from({ length: this.deputies - 1 }, (_, n) =>
      names.map((name) => `${name}.${n + 2}`),
    );
    return [...names, ...others.flat()];
  }

  /** Asks until somebody answers: the same request under the same key, as a client does. */
  async ask<C extends Command>(actor: Actor, asked: Asked<C>): Promise<Told> {
    const key = uuidOf('request', this.nextNumber());
    return this.send(
      actor,
      (process) => {
        const { type, path, params = {}, body = {} } = asked;
        const correlationId = uuidOf('correlation', key);
        const given = { actor, key, method: 'POST', path, params, body, correlationId };
        return process.execute(
          commandOf(type, given, { now: process.deps.clock.now(), hashing: process.deps.vault }),
        );
      },
      asked.path,
    );
  }

  /** Sends what makes a request on a process, and again where nobody answered. */
  async send(
    { id }: Actor,
    request: (
      process: SimulatedProcess,
    ) => Promise<{ readonly status: number; readonly text: string }>,
    path: string,
  ): Promise<Told> {
    const { scheduler } = this.ground;
    this.underWay += 1;
    try {
      const again = scheduler.chance.is(this.twice);
      const first = this.#sendOnce(id, request, path);
      if (again) void this.#sendOnce(id, request, path).catch(() => undefined);
      const told = await first;
      scheduler.note(id, `is told ${told.status} ${String(told.body['code'] ?? '')} for ${path}`);
      return told;
    } finally {
      this.underWay -= 1;
    }
  }

  async #sendOnce(id: string, request: Parameters<Office['send']>[1], path: string): Promise<Told> {
    const { scheduler } = this.ground;
    for (let tries = 1; ; tries += 1) {
      await scheduler.call(this.world, `${id} sends ${path}`, () => undefined);
      const process = scheduler.chance.of(this.processes());
      try {
        const { status, text } = await process.answered(request(process));
        return { status, body: JSON.parse(text) as Told['body'] };
      } catch (error) {
        const told = refused(error);
        if (told && told.status < 500) return told;
        if (tries >= TRIES) return told ?? { status: 503, body: { code: 'NOBODY_ANSWERED' } };
        await scheduler.pause(this.world, 100 * tries);
      }
    }
  }
}

/** As the problem filter answers; undefined where nobody did. @throws what is a defect */
function refused(error: unknown): Told | undefined {
  if (error instanceof DomainError) {
    const status = error.kind === 'unavailable' ? 503 : 422;
    return { status, body: { code: error.code } };
  }
  if (error instanceof VaultError) return { status: 422, body: { code: error.code } };
  if (error instanceof StoreError || (error instanceof Error && error.message === 'killed'))
    return undefined;
  throw error;
}
