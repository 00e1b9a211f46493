import { randomUUID } from 'node:crypto';
import type { Type } from '@nestjs/common';
import type { ICommandHandler } from '@nestjs/cqrs';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { budgetHandlers } from '../../src/budget/budget.commands.js';
import type { Answer } from '../../src/http/answer.js';
import type { Call, Command } from '../../src/http/call.js';
import { CommandExecutor } from '../../src/http/command-handlers.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import type { Role } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { LogPersonReader } from '../../src/person/person-reader.js';
import { programmeHandlers } from '../../src/programme/programme.commands.js';
import { CachedProgrammeReader } from '../../src/programme/programme-reader.js';
import { Metrics } from '../../src/runtime/metrics.js';
import { applicationHandlers } from '../../src/use-cases/applications/application.handlers.js';
import { personHandlers } from '../../src/use-cases/persons/person.handlers.js';
import type { Deps } from '../../src/write-side/context.js';

const HANDLERS = [
  ...programmeHandlers,
  ...personHandlers,
  ...applicationHandlers,
  ...budgetHandlers,
];

export interface Told {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What an api process is between its edge and the log: readers, locks and executor of its own. */
export class ApiProcess {
  readonly #executor: CommandExecutor;

  constructor(
    private readonly world: { readonly engine: Deps },
    readonly store: EventStore,
  ) {
    this.#executor = new CommandExecutor(
      {
        ...world.engine,
        store,
        locks: new KeyedMutex(),
        programmes: new CachedProgrammeReader(store),
        persons: new LogPersonReader(store),
        background: { start: () => 'none' },
        requireFit: async () => undefined,
        setAside: async () => [],
      },
      new Metrics(),
      DEFAULT_BASE_URI,
    );
  }

  get vault(): Deps['vault'] {
    return this.world.engine.vault;
  }

  async send<C extends Command>(
    type: Type<C>,
    role: Role,
    body: Partial<C>,
    params: Readonly<Record<string, string>> = {},
    who = `the.${role}`,
    key: string = randomUUID(),
  ): Promise<Told> {
    return this.call(type, body, {
      context: {
        actor: { id: who, role },
        now: this.world.engine.clock.now(),
        commandId: uuidOf('command', key),
        correlationId: key,
      },
      params,
      key,
      fingerprint: key,
    });
  }

  async call<C extends Command>(type: Type<C>, body: Partial<C>, call: Call): Promise<Told> {
    const Handler = HANDLERS.find(({ name }) => name === `Handle${type.name}`)!;
    const handler: ICommandHandler<Command, Answer> = new Handler(this.#executor);
    const answer = await handler.execute(
      Object.defineProperty(Object.assign(new type(), body), 'call', { value: call }),
    );
    return { status: answer.status, body: JSON.parse(answer.text) };
  }
}
