import { idIn, streams } from '../../kernel/ids.js';
import { personDecider } from '../../person/person.decider.js';
import { pipelined, recordEachWritten, requireFitWords } from '../../write-side/bulk.js';
import { part, type Unit } from '../../write-side/unit.js';
import type { Deps, JobContext, OnProgress } from '../../write-side/context.js';
import { payeeOf } from '../../person/payee.rule.js';
import { refusalTo, type Refusal } from '../../write-side/refusals.js';
import { ahead, pagesOf } from '../../write-side/stream-pages.js';

/**
 * An account as a file names it. The account and not only the person: it may have been replaced
 * since somebody looked.
 */
export interface AccountName {
  readonly personId: string;
  readonly accountId: string;
}
export interface UnverifiedAccount extends AccountName {
  readonly kind: string;
  /** It replaced another. */
  readonly changed: boolean;
}
export interface VerifySummary {
  read: number;
  verified: number;
  /** Verified before. */ unchanged: number;
  refused: number;
}

/**
 * Notes for many accounts that they were verified, each recorded by itself.
 * @param method how, for example "bank's list of 2026-01-12"
 * @throws DomainError PERSONAL_DATA_IN_TEXT, and nothing is noted
 * @param onRefused with the index of the first of the batch, and per account what was refused
 */
export async function verifyAccounts(
  deps: Deps,
  args: {
    readonly accounts: AsyncIterable<readonly AccountName[]>;
    readonly method: string;
    readonly onRefused?: (refusals: readonly (Refusal & { readonly index: number })[]) => void;
  },
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<VerifySummary> {
  const summary: VerifySummary = { read: 0, verified: 0, unchanged: 0, refused: 0 };
  await pipelined(
    args.accounts,
    async (accounts) => {
      const first = summary.read;
      summary.read += accounts.length;
      const persons = await deps.store.readStreams(
        accounts.map(({ personId }) => streams.person(personId)),
      );
      const units = accounts.map(({ personId, accountId }, i): Unit => ({
        verb: 'verify-account',
        key: accountId,
        loaded: [persons[i]!.events],
        parts: [
          part(streams.person(personId), personDecider, {
            type: 'VerifyPayeeAccount',
            personId,
            accountId,
            method: args.method,
          }),
        ],
      }));
      const results = await recordEachWritten(deps, units, base);
      requireFitWords(results);
      const refused: (Refusal & { readonly index: number })[] = [];
      results.forEach((result, i) => {
        if (result.kind === 'recorded') summary.verified += 1;
        else if (result.kind !== 'refused' || result.error.code === 'ACCOUNT_ALREADY_VERIFIED')
          summary.unchanged += 1;
        else {
          const { accountId } = accounts[i]!;
          refused.push({ ...refusalTo(base.actor, accountId, result.error), index: first + i });
        }
      });
      summary.refused += refused.length;
      if (refused.length > 0) args.onRefused?.(refused);
      onProgress?.({ what: 'accounts', done: summary.read });
    },
    signal,
  );
  return summary;
}

/** Accounts of a programme's enrolled persons that nobody verified, in pages. */
export async function* unverifiedAccounts(
  store: Deps['store'],
  programmeId: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly UnverifiedAccount[]> {
  const prefix = `enrolment-${programmeId}-`;
  const walked = pagesOf(store, prefix, signal ? { signal } : {});
  for await (const persons of ahead(walked, (page) =>
    store.readStreams(page.map(({ stream }) => streams.person(stream.slice(prefix.length)))),
  )) {
    yield persons.flatMap(({ stream, events }) => {
      const payee = payeeOf(events);
      return payee && !payee.verified
        ? [
            {
              personId: idIn(stream),
              accountId: payee.accountId,
              kind: payee.kind,
              changed: payee.changedAt !== undefined,
            },
          ]
        : [];
    });
  }
}
