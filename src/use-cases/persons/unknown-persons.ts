import { streams } from '../../kernel/ids.js';
import { PAGE, type Deps, type OnProgress } from '../../write-side/context.js';

export interface UnknownPersons {
  /** Persons with a key in the vault. */
  readonly kept: number;
  /** Those of them whom no event names: a process died between sealing and recording. */
  readonly unknown: readonly string[];
}

/**
 * Persons whom the vault keeps and the log does not know. What a command sealed that is under way
 * now looks the same, so that nothing else may work on the log meanwhile.
 */
export async function unknownPersons(
  { store, vault }: Pick<Deps, 'store' | 'vault'>,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<UnknownPersons> {
  const unknown: string[] = [];
  let kept = 0;
  let page = await vault.persons(undefined, PAGE);
  while (page.length > 0) {
    signal?.throwIfAborted();
    const known = await store.readStreams(page.map(streams.person));
    unknown.push(...page.filter((_, i) => known[i]!.events.length === 0));
    kept += page.length;
    onProgress?.({ what: 'persons', done: kept });
    page = await vault.persons(page.at(-1), PAGE);
  }
  return { kept, unknown };
}
