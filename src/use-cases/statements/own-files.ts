import type { EventStore } from '../../adapters/event-store/port.js';
import type { Actor } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { isSamePerson } from '../../kernel/subject.js';

/** A payment system is told of its own files only; people see all of them. */
export const isOwnFile = (actor: Actor, file: { readonly sender: string }): boolean =>
  actor.role !== 'payment-system' || isSamePerson(file.sender, actor.id);

const notYours = (): DomainError =>
  new DomainError(
    'NOT_YOURS',
    'A payment system sees the files that it handed over first, and their jobs.',
    'forbidden',
  );

/**
 * Refuses a payment system that asks for a file of another, or for one that was never received:
 * whether it is there is not told.
 * @throws DomainError NOT_YOURS
 */
export async function requireOwnFile(
  store: Pick<EventStore, 'readStream'>,
  actor: Actor,
  sha256: string,
): Promise<void> {
  if (actor.role !== 'payment-system') return;
  const [received] = await store.readStream(streams.message(sha256), { limit: 1 });
  if (received?.type !== 'BankMessageReceived' || !isOwnFile(actor, received.data))
    throw notYours();
}

/** Those of these jobs that the caller may be told of. */
export async function ownJobs<J extends { readonly jobId: string }>(
  store: Pick<EventStore, 'readStreams'>,
  actor: Actor,
  jobs: readonly J[],
): Promise<readonly J[]> {
  if (actor.role !== 'payment-system') return jobs;
  const ofFiles = jobs.flatMap((job) => {
    const sha256 = JOB_OF_FILE.exec(job.jobId)?.[1];
    return sha256 === undefined ? [] : [{ job, sha256 }];
  });
  const files = await store.readStreams(ofFiles.map(({ sha256 }) => streams.message(sha256)));
  return ofFiles.flatMap(({ job }, i) => {
    const [received] = files[i]!.events;
    return received?.type === 'BankMessageReceived' && isOwnFile(actor, received.data) ? [job] : [];
  });
}

const JOB_OF_FILE = /^message-([0-9a-f]{64})$/;

/**
 * The same for a job: a payment system's are those of its files.
 * @throws DomainError NOT_YOURS
 */
export async function requireOwnJob(
  store: Pick<EventStore, 'readStream'>,
  actor: Actor,
  jobId: string,
): Promise<void> {
  if (actor.role !== 'payment-system') return;
  const sha256 = JOB_OF_FILE.exec(jobId)?.[1];
  if (sha256 === undefined) throw notYours();
  await requireOwnFile(store, actor, sha256);
}
