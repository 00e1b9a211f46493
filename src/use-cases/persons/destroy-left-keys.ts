import type { Sealed } from '../../adapters/vault/port.js';
import { isErased } from '../../person/person-history.rule.js';
import type { Deps } from '../../write-side/context.js';
import { pagesOf } from '../../write-side/stream-pages.js';

interface Position {
  /** -1 where nothing was saved. */
  load(): Promise<number>;
  save(position: number): Promise<void>;
}

/**
 * Makes sure, once for a data folder, that nobody who was erased can still be read. Up to 0.1.0 a
 * command of the command line could move the checkpoint of the process managers past an erasure
 * whose key nobody had destroyed; they never come back to it.
 * @param acted how far the process managers are; where they never were, nothing was passed
 * @param verified where it is kept that it was done
 * @returns how many keys were left, and are destroyed now
 */
export async function destroyLeftKeys(
  { store, vault }: Pick<Deps, 'store' | 'vault'>,
  { acted, verified }: { readonly acted: Position; readonly verified: Position },
  signal?: AbortSignal,
): Promise<number> {
  if ((await verified.load()) >= 0) return 0;
  const through = await acted.load();
  let destroyed = 0;
  if (through >= 0) {
    const pages = pagesOf(store, 'person-', {
      asOf: through,
      types: ['PersonRegistered', 'PersonErased'],
      ...(signal ? { signal } : {}),
    });
    for await (const page of pages) {
      const erased: { readonly personId: string; readonly sealed: Sealed }[] = [];
      for (const { events } of page) {
        const registered = events.find((event) => event.type === 'PersonRegistered');
        if (registered && isErased(events)) erased.push(registered.data);
      }
      if (erased.length === 0) continue;
      const open = await vault.open(erased.map(({ sealed }) => sealed));
      const left = erased.filter((_, i) => open[i] !== undefined);
      if (left.length > 0) await vault.erase(left.map(({ personId }) => personId));
      destroyed += left.length;
    }
  }
  await verified.save(Math.max(0, through));
  return destroyed;
}

export const leftKeysNote = (destroyed: number): string =>
  `${destroyed} key(s) of erased persons were left by an earlier version, and are destroyed now`;
