import { hash, randomUUID } from 'node:crypto';
import type { StreamAppender } from './append.js';
import type { ServerClient } from './client.js';
import type { NewServerEvent, ServerEvent } from './server-event.js';
import { retried } from './retried.js';
import type { KeptReceipt, Receipt } from '../port.js';
import { StoreError } from '../../../kernel/errors.js';

interface Answered {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly position: number;
}

/** Not one of the prefixes that are followed: receipts are no events of the domain. */
export const RECEIPT_PREFIX = 'receipt-';
const streamOf = (key: string): string => RECEIPT_PREFIX + hash('sha256', key, 'hex');

/**
 * Receipts: a stream each, named by the hash of its key. Revision 0 reserves the key for one
 * request, before anything of the request is written; revision 1 is the answer, after everything
 * was. The ids are random, so that a reservation of another process is never taken for one's own.
 */
export class Receipts {
  constructor(
    private readonly client: ServerClient,
    private readonly appender: StreamAppender,
    private readonly patienceMs: number,
  ) {}

  /**
   * Takes the key for a request, or finds it taken for the same request by an earlier try, or by
   * another process.
   * @returns the receipt where the key was used: answered already, or taken for another request
   *   (status 0: without an answer so far)
   */
  async reserve({ key, fingerprint }: Receipt): Promise<KeptReceipt | undefined> {
    const outcome = await this.appender.append({
      stream: streamOf(key),
      expected: -1,
      events: [reserved(fingerprint)],
    });
    if (outcome.kind !== 'conflict') return undefined;
    const { by, kept } = await this.#read(key);
    return kept ?? (by === fingerprint ? undefined : begun(key, by));
  }

  /** What a key was used for: answered, or taken for a request without an answer so far. */
  async taken(key: string): Promise<KeptReceipt | undefined> {
    const { by, kept } = await this.#read(key);
    return kept ?? (by === '' ? undefined : begun(key, by));
  }

  /**
   * Keeps the answer under the reserved key. @returns another's answer, where one was kept
   * meanwhile
   */
  async answer(receipt: Receipt, position: number): Promise<KeptReceipt | undefined> {
    const { key } = receipt;
    const outcome = await this.appender.append({
      stream: streamOf(key),
      expected: 0,
      events: [answered(receipt, position)],
    });
    return outcome.kind === 'conflict' ? (await this.#read(key)).kept : undefined;
  }

  /** Reserves and answers at once: for a command that writes nothing. @returns as `reserve` */
  async keep(receipt: Receipt, position: number): Promise<KeptReceipt | undefined> {
    const outcome = await this.appender.append({
      stream: streamOf(receipt.key),
      expected: -1,
      events: [reserved(receipt.fingerprint), answered(receipt, position)],
    });
    return outcome.kind === 'conflict'
      ? ((await this.reserve(receipt)) ?? (await this.answer(receipt, position)))
      : undefined;
  }

  async get(key: string): Promise<KeptReceipt | undefined> {
    return (await this.#read(key)).kept;
  }

  async #read(
    key: string,
  ): Promise<{ readonly by: string; readonly kept: KeptReceipt | undefined }> {
    const events = await retried(async () => {
      const read: ServerEvent[] = [];
      for await (const event of this.client.stream(streamOf(key), { count: 2 })) read.push(event);
      return read;
    }, this.patienceMs);
    if (events.some(({ data }) => typeof data !== 'object' || data === null))
      throw new StoreError('LOG_CORRUPT', `${streamOf(key)} holds no receipt.`);
    const by = (events[0]?.data as Partial<Answered> | undefined)?.fingerprint ?? '';
    const answer = events[1]?.data as Answered | undefined;
    return {
      by,
      kept: answer && {
        key,
        fingerprint: answer.fingerprint,
        status: answer.status,
        body: answer.body,
        position: answer.position,
      },
    };
  }
}

const begun = (key: string, fingerprint: string): KeptReceipt => ({
  key,
  fingerprint,
  status: 0,
  body: '',
  position: -1,
});

const reserved = (fingerprint: string): NewServerEvent => ({
  id: randomUUID(),
  type: 'CommandReserved',
  data: { fingerprint },
  metadata: {},
});
const answered = ({ fingerprint, status, body }: Receipt, position: number): NewServerEvent => ({
  id: randomUUID(),
  type: 'CommandAnswered',
  data: { fingerprint, status, body, position } satisfies Answered,
  metadata: {},
});
