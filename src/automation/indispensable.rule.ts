import { DomainError } from '../kernel/errors.js';

/**
 * Automations of whose events something has to come, and what there would be no way out of: only
 * they instruct a released cycle, put an approved correction on its accounts, and destroy a key.
 * Named as the process managers are, which are above: test/architecture/registries.unit.spec.ts
 * holds it.
 */
const INDISPENSABLE: Readonly<Record<string, string>> = {
  'when-cycle-released-then-instruct': 'the cycle would be released for ever, and never be closed',
  'when-correction-approved-then-adjust':
    'the correction would be open for ever, and no other could begin',
  'when-person-erased-then-destroy-key': 'the person would stay readable though they are erased',
};

export const INDISPENSABLE_AUTOMATIONS: readonly string[] = Object.keys(INDISPENSABLE);

/** @throws DomainError NOT_DISMISSIBLE */
export function requireDismissible(automation: string): void {
  const otherwise = INDISPENSABLE[automation];
  if (otherwise !== undefined)
    throw new DomainError(
      'NOT_DISMISSIBLE',
      `Something has to come of this event: else ${otherwise}. Mend the cause and have it tried again.`,
      'rule',
      'manager',
    );
}
