import { table, type RowOf } from '../engine/projection.js';

/** One person's word. `detail` is what the audit trail says of the event, and nothing personal. */
export interface Word {
  readonly position: number;
  readonly by: string;
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * What waits of one kind in one stream (of breaks: about one of them). `words` is JSON, oldest
 * first; `since` is the position of the first, null where nothing waits and it is only known that
 * the person had an account before.
 */
export const proposals = table(
  'proposals',
  'rows',
  {
    proposal_key: 'text',
    kind: 'text',
    programme_id: 'text?',
    person_id: 'text?',
    payment_id: 'text?',
    entry_id: 'text?',
    correction_id: 'text?',
    since: 'integer?',
    words: 'json',
  },
  ['proposal_key'],
  [{ on: ['since'], notNull: 'since' }],
);
export type ProposalRow = RowOf<typeof proposals>;
