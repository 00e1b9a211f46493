import { randomUUID } from 'node:crypto';
import { CallFailed } from './call-failed.js';
import type { BatchCall, Channel } from './channel.js';
import type { NewServerEvent, ServerAppend } from './server-event.js';
import { batchAnswerOf, batchAppendRequests, type BatchAnswer } from './wire.js';

interface Waiting {
  readonly sentAt: number;
  readonly timer: NodeJS.Timeout;
  resolve(answer: ServerAppend): void;
  reject(error: unknown): void;
}

/** One call, and the appends that were sent over it and are not answered. */
interface Session {
  readonly waiting: Map<number, Waiting>;
  answeredAt: number;
  over: boolean;
}

/**
 * Appends to any number of streams over one call, which costs a fraction of a call for each. What
 * the server says of one append is told to that one. An answer that does not come is missed by that
 * one after its own time; only a call on which nothing was answered since is given up, and then, as
 * when it fails by itself, it is open what became of everything that was sent over it. Each append
 * then finds out for itself (append.ts).
 */
export class BatchAppends {
  readonly #sessions = new WeakMap<BatchCall, Session>();
  readonly #call: () => Promise<BatchCall>;
  /** Ids are unique over all processes: the server may know appends by them. */
  readonly #prefix = randomUUID().slice(0, -12);
  #sent = 0;

  /**
   * @param failed what a failure of the call means for one append
   */
  constructor(
    channel: Channel,
    private readonly deadlineMs: number,
    private readonly failed: (error: unknown) => unknown,
  ) {
    this.#call = channel.batchAppends(batchAnswerOf, (call) => this.#opened(call));
  }

  /** @param expected exact revision; -1: no stream. @throws CallFailed */
  async append(
    stream: string,
    expected: number,
    events: readonly NewServerEvent[],
  ): Promise<ServerAppend> {
    let call: BatchCall;
    try {
      call = await this.#call();
    } catch (error) {
      throw this.failed(error);
    }
    const session = this.#sessions.get(call)!;
    const number = this.#sent;
    this.#sent += 1;
    if (session.over) throw new CallFailed('unclear', 'the connection failed');
    return new Promise((resolve, reject) => {
      const sentAt = performance.now();
      const timer = setTimeout(() => this.#missed(call, number), this.deadlineMs);
      session.waiting.set(number, { sentAt, timer, resolve, reject });
      const requests = batchAppendRequests({
        correlationId: this.#prefix + number.toString(16).padStart(12, '0'),
        stream,
        expected,
        events,
        deadline: new Date(Date.now() + this.deadlineMs),
      });
      for (const request of requests) call.write(request);
    });
  }

  #opened(call: BatchCall): void {
    const session: Session = { waiting: new Map(), answeredAt: -1, over: false };
    this.#sessions.set(call, session);
    call.on('data', ({ number, outcome }: BatchAnswer) => {
      session.answeredAt = performance.now();
      const waiting = session.waiting.get(number);
      // It was given up meanwhile, and has found out by itself.
      if (!waiting) return;
      session.waiting.delete(number);
      clearTimeout(waiting.timer);
      if (outcome instanceof CallFailed) waiting.reject(outcome);
      else waiting.resolve(outcome);
    });
    call.on('error', (error: unknown) => this.#over(session, error));
    call.on('close', () => this.#over(session, undefined));
    call.on('end', () => {
      this.#over(session, undefined);
      call.end();
    });
  }

  #missed(call: BatchCall, number: number): void {
    const session = this.#sessions.get(call)!;
    const waiting = session.waiting.get(number);
    if (!waiting) return;
    session.waiting.delete(number);
    waiting.reject(new CallFailed('unclear', 'the server did not answer in time'));
    if (session.answeredAt < waiting.sentAt) call.cancel();
  }

  #over(session: Session, error: unknown): void {
    const { waiting, answeredAt } = session;
    session.over = true;
    let failure = this.failed(error);
    // A refusal of the call is one of its first append, not of what was sent later.
    if (answeredAt >= 0 && failure instanceof CallFailed)
      failure = new CallFailed('unclear', failure.message);
    for (const { timer, reject } of waiting.values()) {
      clearTimeout(timer);
      reject(failure);
    }
    waiting.clear();
  }
}
