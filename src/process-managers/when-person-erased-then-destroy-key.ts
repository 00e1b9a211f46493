import type { Deps } from '../write-side/context.js';
import type { ProcessManager } from './runner.js';

/**
 * Destroys the key of whoever was erased, also where the process that took the command died before
 * it did.
 */
export const whenPersonErasedThenDestroyKey = (deps: Pick<Deps, 'vault'>): ProcessManager => ({
  name: 'when-person-erased-then-destroy-key',
  handles: ['PersonErased'],
  handle: (events) =>
    deps.vault.erase(
      events.flatMap((event) => (event.type === 'PersonErased' ? [event.data.personId] : [])),
    ),
});
