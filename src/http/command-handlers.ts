import { Inject, Injectable, type Type } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { KeptReceipt, Receipt } from '../adapters/event-store/port.js';
import type { Deps } from '../write-side/context.js';
import { BASE_URI } from '../kernel/base-uri.js';
import { toldWithin } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { Answer } from './answer.js';
import type { Jobs } from '../write-side/jobs.js';
import type { ListSetAside } from '../write-side/set-aside.js';
import type { ProgrammeReader, RequireFit } from '../write-side/readers.js';
import type { Call, Command } from './call.js';
import { execute } from '../write-side/execute.js';
import { keepReceipt } from '../write-side/keep-receipt.js';
import type { Part, StreamAfter } from '../write-side/unit.js';
import { keyReused } from './idempotency.js';
import { Metrics } from '../runtime/metrics.js';
import type { PersonReader } from '../write-side/readers.js';
import { problemOf } from './problem.js';
import { EventLoopBatcher } from '../kernel/concurrency/event-loop-batcher.js';

/**
 * What a command comes to: the streams it is decided on, and what it is answered with besides the
 * position.
 */
export interface CommandPlan {
  readonly parts: readonly Part[];
  readonly answer: Readonly<Record<string, unknown>>;
  /** More of the answer: what the streams of the parts say once it is decided. */
  readonly answerAfter?: (after: StreamAfter) => Readonly<Record<string, unknown>>;
  /** Default 200; 201 where something is made, 202 where work goes on in the background. */
  readonly status?: number;
  /**
   * Done before the answer is sent, also when the command is repeated: it must bear being done
   * again. It is told what is answered: to a repeated command that is what was recorded, whatever
   * this plan would have come to.
   */
  readonly afterwards?: (answer: Readonly<Record<string, unknown>>) => unknown;
  /** Done when the command is refused and nothing of it was ever recorded. */
  readonly undo?: () => Promise<void>;
}

/**
 * What a plan may look at. Only what the domain cannot know by itself: another stream, the vault.
 */
export type CommandPlanDeps = Deps & {
  readonly programmes: ProgrammeReader;
  readonly persons: PersonReader;
  readonly background: Pick<Jobs, 'start'>;
  readonly requireFit: RequireFit;
  readonly setAside: ListSetAside;
};
export const DEPS = Symbol('Deps');

/**
 * A command's class and its plan, the class's type erased so that a feature's commands go together.
 */
export interface HandledCommand {
  readonly command: Type<Command>;
  readonly plan: (command: Command, deps: CommandPlanDeps) => CommandPlan | Promise<CommandPlan>;
  /**
   * The plan does something that cannot be undone (seals into the vault), so a kept answer is
   * looked for first.
   */
  readonly checkReceiptFirst?: boolean;
}

export const commandHandler = <C extends Command>(
  command: Type<C>,
  plan: (command: C, deps: CommandPlanDeps) => CommandPlan | Promise<CommandPlan>,
  options: Pick<HandledCommand, 'checkReceiptFirst'> = {},
): HandledCommand => ({ command, plan: (given, deps) => plan(given as C, deps), ...options });

/**
 * Makes the command bus's handlers of a feature: each plans, executes, keeps the answer, and
 * answers.
 */
export function commandHandlers(
  ...handled: readonly HandledCommand[]
): Type<ICommandHandler<Command, Answer>>[] {
  return handled.map((one) => {
    @CommandHandler(one.command)
    class Handler implements ICommandHandler<Command, Answer> {
      constructor(@Inject(CommandExecutor) private readonly executor: CommandExecutor) {}
      execute(command: Command): Promise<Answer> {
        return this.executor.run(command, one);
      }
    }
    Object.defineProperty(Handler, 'name', { value: `Handle${one.command.name}` });
    return Handler;
  });
}

const underOf = ({
  call: { key, formerKeys, fingerprint },
}: Command): Omit<Receipt, 'status' | 'body'> => ({
  key,
  fingerprint,
  ...(formerKeys === undefined ? {} : { formerKeys }),
});

const isSame = ({ fingerprint }: KeptReceipt, { call }: Command): boolean =>
  fingerprint === call.fingerprint || fingerprint === call.former?.fingerprint;

/**
 * The same command as an earlier version began it, whose process ended before it was answered: it
 * is finished under the names that stand in what is written of it.
 */
function asBegun<C extends Command>(command: C, { key }: KeptReceipt): C {
  const { context, params, former } = command.call;
  const { commandId, fingerprint } = former!;
  const call: Call = { context: { ...context, commandId }, params, key, fingerprint };
  return Object.create(Object.getPrototypeOf(command) as object, {
    ...Object.getOwnPropertyDescriptors(command),
    call: { value: call },
  }) as C;
}

/** Runs commands under their idempotency keys. The answer and the facts become durable together. */
@Injectable()
export class CommandExecutor {
  readonly #batcher = new EventLoopBatcher();

  constructor(
    @Inject(DEPS) private readonly deps: CommandPlanDeps,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(BASE_URI) private readonly baseUri: string,
  ) {}

  async run(command: Command, handled: HandledCommand): Promise<Answer> {
    const { plan, checkReceiptFirst } = handled;
    const { context } = command.call;
    const name = command.constructor.name;
    await this.#batcher.wait();
    if (checkReceiptFirst) {
      const kept = await this.#earlier(command);
      if (kept) return this.#kept(kept, command);
    }
    let planned: CommandPlan | undefined;
    try {
      planned = await plan(command, this.deps);
      const { parts, answer, answerAfter, status = 200, afterwards } = planned;
      let body = JSON.stringify(answer);
      const outcome = await execute(this.deps, parts, context, (_, after) => {
        if (answerAfter) body = JSON.stringify({ ...answer, ...answerAfter(after) });
        return { ...underOf(command), status, body };
      });
      if (outcome.kept) return await this.#repeated(outcome.kept, command, handled, planned);
      await afterwards?.(JSON.parse(body) as CommandPlan['answer']);
      this.metrics.command(name, 'done');
      this.metrics.position(outcome.position);
      return new Answer(status, body, outcome.position);
    } catch (error) {
      if (
        !(error instanceof DomainError) ||
        error.kind === 'unavailable' ||
        error.code === 'CONCURRENT_CHANGE' ||
        error.code === 'IDEMPOTENCY_KEY_REUSED'
      )
        throw error;
      return this.#refused(command, toldWithin(context.actor, error), handled, planned);
    }
  }

  async #earlier({ call: { key, formerKeys = [] } }: Command): Promise<KeptReceipt | undefined> {
    for (const name of [...formerKeys, key]) {
      const kept = await this.deps.store.receipt(name);
      if (kept) return kept;
    }
    return undefined;
  }

  /** A refusal is an answer too: it is kept, so that the same request is refused alike for ever. */
  async #refused(
    command: Command,
    error: DomainError,
    handled: HandledCommand,
    planned: CommandPlan | undefined,
  ): Promise<Answer> {
    const { context } = command.call;
    const problem = problemOf(error, context.correlationId, this.baseUri);
    const receipt: Receipt = {
      ...underOf(command),
      status: problem.status,
      body: JSON.stringify(problem),
    };
    const result = await keepReceipt(this.deps.store, receipt);
    if (result.kind === 'receipt-exists')
      return this.#repeated(result.receipt, command, handled, planned);
    await planned?.undo?.();
    this.metrics.command(command.constructor.name, error.code);
    return new Answer(receipt.status, receipt.body, result.position);
  }

  async #repeated(
    kept: KeptReceipt,
    command: Command,
    handled: HandledCommand,
    planned: CommandPlan | undefined,
  ): Promise<Answer> {
    if (!isSame(kept, command)) {
      // Another request was faster under the same key: nothing of this one was ever recorded.
      await planned?.undo?.();
      throw keyReused();
    }
    if (kept.status === 0) {
      // So it is under the names that it was begun with by an earlier version.
      const finished = await this.run(asBegun(command, kept), handled);
      await planned?.undo?.();
      return finished;
    }
    const answer = this.#kept(kept, command);
    if (answer.status < 400)
      await planned?.afterwards?.(JSON.parse(answer.text) as CommandPlan['answer']);
    return answer;
  }

  #kept(kept: KeptReceipt, command: Command): Answer {
    if (!isSame(kept, command)) throw keyReused();
    this.metrics.command(command.constructor.name, 'repeated');
    return new Answer(kept.status, kept.body, kept.position);
  }
}
