import type { AccessLog } from '../../adapters/access-log/port.js';
import type { ClaimedJob, JobQueue } from '../../adapters/job-queue/port.js';
import type { CallbackPost, OwedCallback } from '../../adapters/payment-rail/govstack/port.js';
import { RailError } from '../../adapters/payment-rail/port.js';
import { DomainError } from '../../kernel/errors.js';
import { noteReadings } from '../../http/personal-data.js';
import type { Deps } from '../../write-side/context.js';
import { validationOf } from './payable.js';

/** Callbacks that are under way at once: one caller that does not answer does not hold up all. */
const WORKERS = 8;

type DeliveryDeps = Pick<Deps, 'store' | 'clock'> & { readonly access: Pick<AccessLog, 'note'> };

export interface Delivery {
  readonly queue: JobQueue<OwedCallback>;
  readonly post: CallbackPost;
  /** Of one that was given up: a person has to look at it. */
  readonly onLost: (what: string, detail: string) => void;
}

/** Delivers what callers are owed until the signal aborts. Rejects when the queue is away. */
export async function deliverCallbacks(
  deps: DeliveryDeps,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const workers = Array.from({ length: WORKERS }, async (_, worker) => {
    try {
      for (;;) {
        const owed = await delivery.queue.claim(`callbacks-${process.pid}-${worker}`, until);
        if (!owed) return;
        await deliver(deps, delivery, owed, until);
      }
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  const broken = (await Promise.allSettled(workers)).find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
}

async function deliver(
  deps: DeliveryDeps,
  { post, onLost }: Delivery,
  owed: ClaimedJob<OwedCallback>,
  signal: AbortSignal,
): Promise<void> {
  const { answer, what } = owed.work;
  const until = AbortSignal.any([signal, owed.lost]);
  try {
    const body = 'body' in answer ? answer.body : await validated(deps, answer);
    await post(owed.work, body, until);
    await owed.finish({ state: 'done', result: null });
  } catch (error) {
    if (until.aborted) return owed.release();
    const why = whyOf(error);
    const isRefused = error instanceof RailError && error.code === 'RAIL_REFUSED';
    if (isRefused) await owed.finish({ state: 'failed', ...why });
    const isLost = isRefused || (await owed.retry(why));
    if (isLost) onLost(what, `${why.code}: ${why.detail}`);
  }
}

/** The answer about accounts, once it is noted who asked of whom. */
async function validated(
  deps: DeliveryDeps,
  asked: Exclude<OwedCallback['answer'], { readonly body: object }>,
): Promise<object> {
  const { body, persons } = await validationOf(deps, asked);
  await noteReadings(deps, asked.by, 'whether accounts are payable', persons);
  return body;
}

function whyOf(error: unknown): { readonly code: string; readonly detail: string } {
  if (error instanceof RailError || error instanceof DomainError)
    return { code: error.code, detail: error.detail };
  return { code: 'INTERNAL_ERROR', detail: error instanceof Error ? error.name : 'Error' };
}
