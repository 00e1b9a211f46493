import { streams } from '../../kernel/ids.js';
import { bankEntryDecider } from '../../statement/entry.decider.js';
import { record } from '../../write-side/bulk.js';
import { PAGE, type Deps, type JobContext } from '../../write-side/context.js';
import { part, type Unit } from '../../write-side/unit.js';
import { foldBankEntry } from '../folds.js';
import { asNews, type QuarantinedEntry } from './quarantined-entry.rule.js';

/**
 * Has entries wait for a person. One that waits already, or that a person decided on, is the same.
 */
export async function quarantineEntries(
  deps: Deps,
  entries: readonly QuarantinedEntry[],
  base: JobContext,
): Promise<void> {
  for (let i = 0; i < entries.length; i += PAGE) {
    const page = entries.slice(i, i + PAGE);
    const known = await deps.store.readStreams(page.map(({ entryId }) => streams.entry(entryId)));
    const news = page.map((entry, at) => asNews(entry, foldBankEntry(known[at]!.events)));
    const results = await record(
      deps,
      news.map((entry): Unit => ({
        verb: 'quarantine-entry',
        key: entry.entryId,
        parts: [
          part(streams.entry(entry.entryId), bankEntryDecider, {
            type: 'QuarantineEntry',
            ...entry,
          }),
        ],
      })),
      base,
    );
    // What waits for a person is not lost: whoever says it again is told the same.
    for (const result of results) if (result.kind === 'refused') throw result.error;
  }
}
